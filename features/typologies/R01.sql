-- R01 three documents do not agree (三单不符): of the retail import lists of the window whose order, payment and waybill
-- feeds have arrived, the share that lacks one of the three, whose payments differ from the order, or that another paid.
with judged as (
    select uscc, cast(sum(matchable_lists) as bigint) as n
    from rollup_customs
    where event_day > $business_date - $window_days and event_day <= $business_date
    group by uscc
),

mismatch as (
    select uscc, document, value_fen
    from rollup_mismatch
    where event_day > $business_date - $window_days and event_day <= $business_date
        and (missing = 1 or difference_fen > $amount_tolerance_fen or other_payers = 1)
),

counted as (
    select uscc, count(*) as mismatches, cast(sum(value_fen) as bigint) as amount_fen from mismatch group by uscc
)

select
    counted.uscc,
    $business_date - $window_days + 1 as window_from,
    counted.mismatches / judged.n as value,
    cast($threshold as double) as threshold,
    judged.n,
    'medium' as severity,
    counted.amount_fen,
    mismatch.document,
    mismatch.value_fen as weight
from counted
join judged on judged.uscc = counted.uscc
join mismatch on mismatch.uscc = counted.uscc
where judged.n >= $n_min and counted.mismatches / judged.n > $threshold
