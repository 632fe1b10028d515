-- Who the tables that a parcel leaves a row in name, and who sold on them, per day. Unlike the other rollups it is kept
-- for every day there is: whoever was ever seen is graded. Each table is read once.
with list as (
    select uscc, platform_uscc, agent_uscc, carrier_uscc, event_day, count(*) as documents
    from known_inventory where event_day between $from_day and $to_day
    group by uscc, platform_uscc, agent_uscc, carrier_uscc, event_day
),

sold as (
    select uscc, platform_uscc, event_day, count(*) as documents
    from known_order where event_day between $from_day and $to_day
    group by uscc, platform_uscc, event_day
),

sent as (
    select carrier_uscc, platform_uscc, event_day, count(*) as documents
    from known_waybill where event_day between $from_day and $to_day
    group by carrier_uscc, platform_uscc, event_day
),

moved as (
    select uscc, platform_uscc, event_day, count(*) as documents
    from known_warehouse_movement where event_day between $from_day and $to_day
    group by uscc, platform_uscc, event_day
),

named as (
    select uscc, event_day, documents, documents as sales from list
    union all
    select platform_uscc, event_day, documents, 0 from list
    union all
    select agent_uscc, event_day, documents, 0 from list
    union all
    select carrier_uscc, event_day, documents, 0 from list
    union all
    select uscc, event_day, documents, documents from sold
    union all
    select platform_uscc, event_day, documents, 0 from sold
    union all
    select carrier_uscc, event_day, documents, 0 from sent
    union all
    select platform_uscc, event_day, documents, 0 from sent
    union all
    select uscc, event_day, documents, 0 from moved
    union all
    select platform_uscc, event_day, documents, 0 from moved
    union all
    select platform_uscc, event_day, count(*), 0
    from known_order_line where event_day between $from_day and $to_day
    group by platform_uscc, event_day
    union all
    select platform_uscc, event_day, count(*), 0
    from known_payment where event_day between $from_day and $to_day
    group by platform_uscc, event_day
    union all
    select carrier_uscc, event_day, count(*), 0
    from known_waybill_event where event_day between $from_day and $to_day
    group by carrier_uscc, event_day
    union all
    select uscc, event_day, count(*), 0
    from known_trace_event where event_day between $from_day and $to_day
    group by uscc, event_day
)

select
    uscc,
    event_day,
    cast(sum(documents) as bigint) as documents,
    cast(sum(sales) as bigint) as sales
from named
where uscc is not null
group by uscc, event_day
