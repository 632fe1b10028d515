-- R08 false track (虚假物流): lists whose parcel cannot have travelled as its track says. One is enough. Silence after the
-- release counts once silent_days have passed since, and only while the feed of tracks is alive.
with found as (
    select uscc, document, max(value_fen) as weight
    from rollup_false_track
    where event_day > $business_date - $window_days and event_day <= $business_date
        and (
            fault in ('order', 'before_release', 'shared')
            or (fault = 'speed' and amount > $speed_max_kmh)
            or (
                fault = 'silent' and $is_waybill_event_alive
                and released_day <= $business_date - $silent_days
                and (next_scan_day is null or next_scan_day > released_day + $silent_days)
            )
        )
    group by uscc, document
),

counted as (
    select uscc, count(*) as lists, cast(sum(weight) as bigint) as amount_fen from found group by uscc
)

select
    counted.uscc,
    $business_date - $window_days + 1 as window_from,
    cast(counted.lists as double) as value,
    0e0 as threshold,
    counted.lists as n,
    'high' as severity,
    counted.amount_fen,
    found.document,
    found.weight
from counted
join found on found.uscc = counted.uscc
