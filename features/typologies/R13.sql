-- R13 return abuse (退货滥用). Four signs, each a hit of its own: far more returns than peers have; goods that come back are
-- not those that went (weight or bar code) in too many returns; a retail import return that has not arrived by the last
-- day after the release; duty relief claimed against the rule: back too late, food, or one serial number twice. Relief
-- that was refused because the goods came too late, and not claimed, is no abuse.
with returned as (
    select
        refund_no, uscc, direction, event_day, invt_no, entry_id, serial_no,
        cast(arrived_at as date) as arrived_day,
        cast(amount_cny * 100 as bigint) as weight,
        coalesce(relief_claimed, false) as is_relief_claimed,
        coalesce(food, false) as is_food,
        coalesce(not bar_code_matches, false)
        or coalesce(
            abs(cast(found_weight_kg - declared_weight_kg as double))
            > $weight_tolerance * cast(declared_weight_kg as double), false
        ) as is_mismatched
    from known_return
    where event_day <= $business_date
),

traded as (
    select uscc, 'export' as direction, cast(sum(export_documents) as bigint) as documents
    from rollup_customs
    where event_day > $business_date - $rate_window_days and event_day <= $business_date
    group by uscc
    union all
    select uscc, 'import', cast(sum(import_documents) as bigint)
    from rollup_customs
    where event_day > $business_date - $rate_window_days and event_day <= $business_date
    group by uscc
),

rated as (
    select
        traded.uscc, traded.direction, traded.documents,
        count(returned.refund_no) as returns,
        cast(coalesce(sum(returned.weight), 0) as bigint) as amount_fen
    from traded
    left join returned
        on returned.uscc = traded.uscc and returned.direction = traded.direction
        and returned.event_day > $business_date - $rate_window_days
    where traded.documents > 0
    group by traded.uscc, traded.direction, traded.documents
),

with_peers as (
    select
        *,
        sum(returns) over (partition by direction) - returns as peer_returns,
        sum(documents) over (partition by direction) - documents as peer_documents
    from rated
),

often as (
    select uscc, direction, documents, amount_fen, returns / documents as rate
    from with_peers
    where documents >= $n_min and returns > $rate_threshold * documents
        and peer_documents >= $n_min and returns * peer_documents > $peer_factor * peer_returns * documents
),

exchanged as (
    select
        uscc, count(*) as arrived, count(*) filter (where is_mismatched) as mismatched,
        cast(coalesce(sum(weight) filter (where is_mismatched), 0) as bigint) as amount_fen
    from returned
    where arrived_day is not null and event_day > $business_date - $window_days
    group by uscc
    having count(*) >= $n_min and count(*) filter (where is_mismatched) > $mismatch_share * count(*)
),

missing as (
    select returned.uscc, returned.refund_no, returned.weight
    from returned
    join rollup_returned_list as list on list.document = returned.invt_no
    where returned.direction = 'import' and returned.event_day > $business_date - $window_days
        and $is_return_alive
        and list.released_day + $arrive_days <= $business_date
        and (returned.arrived_day is null or returned.arrived_day > list.released_day + $arrive_days)
),

departed as (
    select
        returned.refund_no,
        coalesce(
            cast(entry.departed_at as date), cast(entry.released_at as date), list.released_day
        ) as departed_day
    from returned
    left join known_declaration as entry on entry.entry_id = returned.entry_id
    left join rollup_returned_list as list on list.document = returned.invt_no
    where returned.direction = 'export' and returned.is_relief_claimed
),

relief as (
    select
        returned.*,
        12 * (year(returned.arrived_day) - year(departed.departed_day))
        + month(returned.arrived_day) - month(departed.departed_day) as months,
        day(returned.arrived_day) > day(departed.departed_day) as is_later_in_month,
        count(returned.serial_no) over (partition by returned.serial_no) as same_serial
    from returned
    join departed on departed.refund_no = returned.refund_no
),

against_rule as (
    select uscc, refund_no, weight
    from relief
    where event_day > $business_date - $window_days
        and (
            is_food
            or months > $relief_months or (months = $relief_months and is_later_in_month)
            or same_serial > 1
        )
),

found as (
    select uscc, 'often' as sign, refund_no, weight
    from returned
    where event_day > $business_date - $rate_window_days
        and uscc || direction in (select uscc || direction from often)
    union all
    select uscc, 'exchanged', refund_no, weight
    from returned
    where is_mismatched and arrived_day is not null and event_day > $business_date - $window_days
        and uscc in (select uscc from exchanged)
    union all
    select uscc, 'missing', refund_no, weight from missing
    union all
    select uscc, 'against_rule', refund_no, weight from against_rule
),

measured as (
    select uscc, 'often' as sign, $rate_window_days as days, max(rate) as value, $rate_threshold as threshold,
        max(documents) as n, 'medium' as severity
    from often
    group by uscc
    union all
    select uscc, 'exchanged', $window_days, mismatched / arrived, $mismatch_share, arrived, 'high' from exchanged
    union all
    select uscc, 'missing', $window_days, count(*), 0, count(*), 'medium' from missing group by uscc
    union all
    select uscc, 'against_rule', $window_days, count(*), 0, count(*), 'high' from against_rule group by uscc
),

exposed as (
    select uscc, sign, cast(sum(weight) as bigint) as amount_fen from found group by uscc, sign
)

select
    measured.uscc,
    $business_date - measured.days + 1 as window_from,
    cast(measured.value as double) as value,
    cast(measured.threshold as double) as threshold,
    measured.n,
    measured.severity,
    exposed.amount_fen,
    found.refund_no as document,
    found.weight
from measured
join exposed on exposed.uscc = measured.uscc and exposed.sign = measured.sign
join found on found.uscc = measured.uscc and found.sign = measured.sign
