-- R11 receipt gap (收汇率异常): receipts and netted fees of a year over exports less returns of the year that ended
-- lag_days earlier, in US dollars. Lists count, their summary declarations do not; barter legs are left out. An
-- enterprise with a list that no known rate turns into dollars is not judged. Too low needs the forex feed alive, too
-- high needs the goods feeds alive: what has not arrived speaks against nobody.
with goods as (
    select uscc, invt_no as document, value_cents, value_fen, 0 as returned_cents, 0 as returned_fen,
        case when value_cents is null then 1 else 0 end as unconverted, 1 as documents
    from inventory_chain
    where direction = 'export' and not is_cancelled
        and event_day > $business_date - $lag_days - $receipts_window_days and event_day <= $business_date - $lag_days
    union all
    select uscc, entry_id, value_cents, value_fen, 0, 0, 0, 1
    from declaration_chain
    where direction = 'export' and not is_summary and not is_barter
        and event_day > $business_date - $lag_days - $receipts_window_days and event_day <= $business_date - $lag_days
    union all
    select
        back.uscc, back.refund_no, 0, 0,
        cast(round(cast(back.amount_cny as double) * 100 / usd.cny_per_unit) as bigint),
        cast(back.amount_cny * 100 as bigint),
        case when usd.cny_per_unit is null then 1 else 0 end,
        0
    from known_return as back
    left join day_rate as usd on usd.event_day = back.event_day and usd.currency = 'USD'
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
    from goods
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
)

select
    rate.uscc,
    $business_date - $receipts_window_days + 1 as window_from,
    rate.value,
    cast(case when rate.value < $low then $low else $high end as double) as threshold,
    rate.n,
    case when rate.value < $severe then 'high' else 'medium' end as severity,
    cast(round(abs(1 - rate.value) * rate.net_fen) as bigint) as amount_fen,
    goods.document,
    goods.value_fen as weight
from rate
join goods on goods.uscc = rate.uscc and goods.documents = 1
where rate.n >= $n_min
    and ((rate.value < $low and $is_forex_alive) or (rate.value > $high and $are_goods_alive))
