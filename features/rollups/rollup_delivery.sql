-- Delivered orders per seller, day of the order and whole hours from pick-up to signature (R02), 240 and more as 240.
select
    uscc,
    event_day,
    least(cast(floor(delivery_seconds / 3600) as bigint), 240) as hours,
    count(*) as orders
from order_chain
where delivery_seconds is not null
group by uscc, event_day, hours
