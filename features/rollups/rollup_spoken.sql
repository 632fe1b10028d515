-- On which days the feeds of the three documents speak, and how much: what completeness of a day is judged by.
with spoken as (
    select 'order' as table_name, event_day, count(*) as documents from known_order group by event_day
    union all
    select 'payment', event_day, count(*) from known_payment group by event_day
    union all
    select 'waybill', event_day, count(*) from known_waybill group by event_day
)

select table_name, event_day, cast(sum(documents) as bigint) as documents
from spoken
where event_day between $from_day and $to_day
group by table_name, event_day
