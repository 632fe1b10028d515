-- R11 receipt gap (收汇率异常): receipts and netted fees of a year over exports less returns of the year that ended
-- lag_days earlier, in US dollars. Lists count, their summary declarations do not; barter legs are left out. An
-- enterprise with a document that no known rate turns into dollars is not judged. Too low needs the forex feed alive, too
-- high needs the goods feeds alive: what has not arrived speaks against nobody.
with month_rate as (
    select
        month as from_month,
        coalesce(lead(month) over (order by month), '9999-12') as next_month,
        cast(cny_per_unit as double) as cny_per_usd
    from known_exchange_rate
    where currency = 'USD'
),

flow as (
    select
        uscc, value_cents, value_fen, 0 as returned_cents, 0 as returned_fen, unconverted, documents
    from rollup_goods
    where direction = 'export' and kind <> 'barter'
        and event_day > $business_date - $lag_days - $receipts_window_days and event_day <= $business_date - $lag_days
    union all
    select
        back.uscc, 0, 0,
        cast(round(cast(back.amount_cny as double) * 100 / month_rate.cny_per_usd) as bigint),
        cast(back.amount_cny * 100 as bigint),
        case when month_rate.cny_per_usd is null then 1 else 0 end,
        0
    from known_return as back
    left join month_rate
        on strftime(back.event_day, '%Y-%m') >= month_rate.from_month
        and strftime(back.event_day, '%Y-%m') < month_rate.next_month
    where back.direction = 'export'
        and back.event_day > $business_date - $lag_days - $receipts_window_days
        and back.event_day <= $business_date - $lag_days
),

exported as (
    select
        uscc,
        cast(sum(value_cents) as double) as export_cents,
        cast(sum(value_cents) - sum(returned_cents) as double) as net_cents,
        cast(sum(value_fen) - sum(returned_fen) as double) as net_fen,
        sum(unconverted) as unconverted,
        sum(documents) as documents
    from flow
    group by uscc
),

received as (
    select uscc, cast(sum(receipt_cents) + sum(netted_cents) as double) as cents, sum(receipts) as receipts
    from rollup_forex
    where event_day > $business_date - $receipts_window_days and event_day <= $business_date
    group by uscc
),

rate as (
    select
        exported.uscc,
        coalesce(received.cents, 0) / exported.net_cents as value,
        exported.documents + coalesce(received.receipts, 0) as n,
        exported.net_fen
    from exported
    left join received on received.uscc = exported.uscc
    where exported.export_cents >= $exports_min_usd * 100 and exported.net_cents > 0 and exported.unconverted = 0
),

largest as (
    select uscc, document, value_fen
    from rollup_largest_list
    where direction = 'export'
        and event_day > $business_date - $lag_days - $receipts_window_days and event_day <= $business_date - $lag_days
    union all
    select uscc, entry_id, cast(amount_cny * 100 as bigint)
    from known_declaration
    where direction = 'export' and summary_of is null and mode <> '0130'
        and event_day > $business_date - $lag_days - $receipts_window_days and event_day <= $business_date - $lag_days
)

select
    rate.uscc,
    $business_date - $receipts_window_days + 1 as window_from,
    rate.value,
    cast(case when rate.value < $low then $low else $high end as double) as threshold,
    cast(rate.n as bigint) as n,
    case when rate.value < $severe then 'high' else 'medium' end as severity,
    cast(round(abs(1 - rate.value) * rate.net_fen) as bigint) as amount_fen,
    largest.document,
    largest.value_fen as weight
from rate
join largest on largest.uscc = rate.uscc
where rate.n >= $n_min
    and ((rate.value < $low and $is_forex_alive) or (rate.value > $high and $are_goods_alive))
