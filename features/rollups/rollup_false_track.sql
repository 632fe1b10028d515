-- Lists whose parcel cannot have travelled as its track says (R08), one row per list and fault:
--   order           a later stage of the journey was scanned before an earlier one
--   speed           between two scans it went faster than 500 km an hour; amount: km an hour, spans under a minute as one
--   before_release  signed for before the list was released
--   silent          released, and no scan on the four days behind it; released_day and next_scan_day say how long;
--                   said only where tracks are told at all
--   shared          its waybill number is named by an earlier list of the last 30 days as well
with list as (
    select * from inventory_chain where not is_cancelled and waybill_hash is not null
),

scan as (
    select
        waybill_hash, event, event_at, latitude, longitude,
        lag(event_at) over travelled as last_at,
        lag(latitude) over travelled as last_latitude,
        lag(longitude) over travelled as last_longitude
    from known_waybill_event
    window travelled as (partition by waybill_hash order by event_at, key_hash)
),

leg as (
    select
        waybill_hash,
        greatest(epoch(event_at) - epoch(last_at), 60) / 3600e0 as hours,
        pow(sin(radians(cast(latitude - last_latitude as double)) / 2), 2)
        + cos(radians(cast(latitude as double))) * cos(radians(cast(last_latitude as double)))
        * pow(sin(radians(cast(longitude - last_longitude as double)) / 2), 2) as haversine
    from scan
    where latitude is not null and last_latitude is not null
        and longitude is not null and last_longitude is not null
),

fastest as (
    select waybill_hash, max(2 * 6371e0 * asin(least(sqrt(haversine), 1e0)) / hours) as kilometres_an_hour
    from leg
    group by waybill_hash
),

stage as (
    select
        waybill_hash,
        min(event_at) filter (where event = 'picked_up') as picked_up_at,
        min(event_at) filter (where event = 'at_customs_site') as at_customs_at,
        min(event_at) filter (where event = 'released') as released_at,
        min(event_at) filter (where event in ('exited', 'arrived_abroad')) as abroad_at,
        min(event_at) filter (where event = 'out_for_delivery') as out_at,
        min(event_at) filter (where event in ('signed', 'refused')) as ended_at,
        min(event_at) filter (where event <> 'picked_up') as next_at
    from known_waybill_event
    group by waybill_hash
),

earlier as (
    select
        list.waybill_hash,
        list.invt_no,
        lag(list.invt_no) over named as earlier_list,
        date_diff('day', lag(list.event_day) over named, list.event_day) as days_between
    from known_inventory as list
    where list.cancelled_at is null and list.waybill_hash is not null
    window named as (partition by list.waybill_hash order by list.declared_at, list.invt_no)
),

-- The first scan behind the release, the scan of the release itself aside.
next_scan as (
    select list.invt_no, min(event.event_at) as next_at
    from list
    join known_waybill_event as event
        on event.waybill_hash = list.waybill_hash and event.event_at > list.released_at and event.event <> 'released'
    group by list.invt_no
),

found as (
    select list.uscc, list.event_day, list.invt_no, list.value_fen, 'order' as fault, 1 as amount,
        cast(null as date) as released_day, cast(null as date) as next_scan_day
    from list
    join stage on stage.waybill_hash = list.waybill_hash
    where stage.next_at < stage.picked_up_at
        or stage.released_at < stage.at_customs_at
        or list.direction = 'export' and stage.abroad_at < stage.released_at
        or stage.out_at < stage.released_at
        or stage.ended_at < stage.out_at
    union all
    select list.uscc, list.event_day, list.invt_no, list.value_fen, 'speed',
        cast(round(fastest.kilometres_an_hour) as bigint), null, null
    from list
    join fastest on fastest.waybill_hash = list.waybill_hash
    where fastest.kilometres_an_hour > 500
    union all
    select uscc, event_day, invt_no, value_fen, 'before_release', 1, null, null
    from list
    where is_signed_before_release
    union all
    select list.uscc, list.event_day, list.invt_no, list.value_fen, 'silent', 1, cast(list.released_at as date),
        cast(next_scan.next_at as date)
    from list
    join feed on feed.table_name = 'waybill_event' and feed.is_connected
    join known_waybill as waybill on waybill.key_hash = list.waybill_hash
    left join next_scan on next_scan.invt_no = list.invt_no
    where list.released_at is not null
        and (
            next_scan.next_at is null
            or date_diff('day', cast(list.released_at as date), cast(next_scan.next_at as date)) > 4
        )
    union all
    select list.uscc, list.event_day, list.invt_no, list.value_fen, 'shared', 1, null, null
    from list
    join earlier on earlier.invt_no = list.invt_no
    where earlier.days_between <= 30
)

select
    uscc, event_day, invt_no as document, fault, released_day, next_scan_day,
    cast(amount as bigint) as amount,
    value_fen
from found
where event_day between $from_day and $to_day
