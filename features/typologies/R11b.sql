-- R11b money against goods (总量差额): (imports + receipts) - (exports + payments) over the sum of the four, in US
-- dollars over a year. Retail modes, barter and summary declarations are left out of the goods; since their money
-- cannot be told apart, an enterprise whose retail trade is larger than the rest is not judged.
with moved as (
    select
        uscc,
        coalesce(sum(value_cents) filter (where direction = 'import' and kind = 'business'), 0) as imports,
        coalesce(sum(value_cents) filter (where direction = 'export' and kind = 'business'), 0) as exports,
        coalesce(sum(value_fen) filter (where kind = 'retail'), 0) as retail_fen,
        coalesce(sum(value_fen) filter (where kind = 'business'), 0) as other_fen,
        coalesce(sum(documents) filter (where kind = 'business'), 0) as documents
    from rollup_goods
    where event_day > $business_date - $receipts_window_days and event_day <= $business_date
    group by uscc
),

paid as (
    select
        uscc, sum(receipt_cents) + sum(netted_cents) as receipts, sum(payment_cents) as payments,
        sum(receipts) + sum(payments) as entries
    from rollup_forex
    where event_day > $business_date - $receipts_window_days and event_day <= $business_date
    group by uscc
),

flow as (
    select
        paid.uscc,
        cast(coalesce(moved.imports, 0) as double) as imports,
        cast(coalesce(moved.exports, 0) as double) as exports,
        cast(paid.receipts as double) as receipts,
        cast(paid.payments as double) as payments,
        coalesce(moved.documents, 0) + paid.entries as n,
        coalesce(moved.other_fen, 0) as other_fen
    from paid
    left join moved on moved.uscc = paid.uscc
    where coalesce(moved.retail_fen, 0) <= coalesce(moved.other_fen, 0)
),

rate as (
    select
        *,
        imports + exports + receipts + payments as total_cents,
        (imports + receipts - exports - payments) / (imports + exports + receipts + payments) as value
    from flow
    where imports + exports + receipts + payments > 0
),

evidence as (
    select uscc, document, value_fen as weight
    from rollup_largest_list
    where kind = 'business'
        and event_day > $business_date - $receipts_window_days and event_day <= $business_date
    union all
    select uscc, entry_id, cast(amount_cny * 100 as bigint)
    from known_declaration
    where summary_of is null and mode not in ('0130', '9610', '1210', '1239')
        and event_day > $business_date - $receipts_window_days and event_day <= $business_date
    union all
    select uscc, bop_no, cast(amount_usd * 100 as bigint)
    from known_forex
    where event_day > $business_date - $receipts_window_days and event_day <= $business_date
)

select
    rate.uscc,
    $business_date - $receipts_window_days + 1 as window_from,
    rate.value,
    cast($difference_rate as double) as threshold,
    cast(rate.n as bigint) as n,
    'medium' as severity,
    cast(rate.other_fen as bigint) as amount_fen,
    evidence.document,
    evidence.weight
from rate
join evidence on evidence.uscc = rate.uscc
where rate.n >= $n_min
    and rate.total_cents >= $difference_total_min_usd * 100
    and abs(rate.value) > $difference_rate
    and $is_forex_alive
    and $are_goods_alive
