-- Orders per seller, delivery address and day (R02).
select
    uscc,
    address_token,
    event_day,
    count(*) as orders
from order_chain
where address_token is not null
group by uscc, address_token, event_day
