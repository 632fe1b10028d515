-- Who the tables that a parcel leaves a row in name, and who sold on them, per day. Unlike the other rollups it is kept
-- for every day there is: whoever was ever seen is graded.
with named as (
    select uscc, event_day, count(*) as documents, count(*) as sales
    from known_inventory where event_day between $from_day and $to_day group by uscc, event_day
    union all
    select platform_uscc, event_day, count(*), 0
    from known_inventory where event_day between $from_day and $to_day group by platform_uscc, event_day
    union all
    select agent_uscc, event_day, count(*), 0
    from known_inventory where event_day between $from_day and $to_day group by agent_uscc, event_day
    union all
    select carrier_uscc, event_day, count(*), 0
    from known_inventory where event_day between $from_day and $to_day group by carrier_uscc, event_day
    union all
    select uscc, event_day, count(*), count(*)
    from known_order where event_day between $from_day and $to_day group by uscc, event_day
    union all
    select platform_uscc, event_day, count(*), 0
    from known_order where event_day between $from_day and $to_day group by platform_uscc, event_day
    union all
    select platform_uscc, event_day, count(*), 0
    from known_order_line where event_day between $from_day and $to_day group by platform_uscc, event_day
    union all
    select platform_uscc, event_day, count(*), 0
    from known_payment where event_day between $from_day and $to_day group by platform_uscc, event_day
    union all
    select carrier_uscc, event_day, count(*), 0
    from known_waybill where event_day between $from_day and $to_day group by carrier_uscc, event_day
    union all
    select platform_uscc, event_day, count(*), 0
    from known_waybill where event_day between $from_day and $to_day group by platform_uscc, event_day
    union all
    select carrier_uscc, event_day, count(*), 0
    from known_waybill_event where event_day between $from_day and $to_day group by carrier_uscc, event_day
    union all
    select uscc, event_day, count(*), 0
    from known_warehouse_movement where event_day between $from_day and $to_day group by uscc, event_day
    union all
    select platform_uscc, event_day, count(*), 0
    from known_warehouse_movement where event_day between $from_day and $to_day group by platform_uscc, event_day
    union all
    select uscc, event_day, count(*), 0
    from known_trace_event where event_day between $from_day and $to_day group by uscc, event_day
)

select
    uscc,
    event_day,
    cast(sum(documents) as bigint) as documents,
    cast(sum(sales) as bigint) as sales
from named
where uscc is not null
group by uscc, event_day
