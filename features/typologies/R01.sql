-- R01 three documents do not agree (三单不符): of the retail import lists of the window whose order, payment and waybill
-- feeds have arrived, the share that lacks one of the three, whose payments differ from the order, or that another paid.
with judged as (
    select
        uscc,
        invt_no as document,
        value_fen,
        is_document_missing
        or coalesce(abs(paid_difference_fen) > $amount_tolerance_fen, false)
        or is_payer_other as is_mismatch
    from inventory_chain
    where is_matchable and event_day > $business_date - $window_days and event_day <= $business_date
),

rate as (
    select
        uscc,
        count(*) as n,
        count(*) filter (where is_mismatch) / count(*) as value,
        cast(sum(case when is_mismatch then value_fen else 0 end) as bigint) as amount_fen
    from judged
    group by uscc
)

select
    rate.uscc,
    $business_date - $window_days + 1 as window_from,
    rate.value,
    cast($threshold as double) as threshold,
    rate.n,
    'medium' as severity,
    rate.amount_fen,
    judged.document,
    judged.value_fen as weight
from rate
join judged on judged.uscc = rate.uscc and judged.is_mismatch
where rate.n >= $n_min and rate.value > $threshold
