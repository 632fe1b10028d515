-- Orders per seller, delivery address and day (R02). repeated_order_party holds the hashes of those with several orders.
with sold as (
    select
        uscc, address_token, event_day,
        cast(hash(uscc, address_token) % 4611686018427387904 as bigint) in (select party_hash from repeated_order_party)
            as is_repeated
    from order_chain
    where address_token is not null
)

select uscc, address_token, event_day, 1 as orders
from sold
where not is_repeated
union all
select
    uscc,
    address_token,
    event_day,
    count(*) as orders
from sold
where is_repeated
group by uscc, address_token, event_day
