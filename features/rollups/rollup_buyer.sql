-- Orders per seller, buyer and day: the state behind distinct buyers, concentration and new buyers. Most pairs have one
-- order of all that are known, and need no grouping: repeated_order_party holds the hashes of the others.
with sold as (
    select
        uscc, buyer_token, event_day, amount_fen,
        cast(hash(uscc, buyer_token) % 4611686018427387904 as bigint) in (select party_hash from repeated_order_party)
            as is_repeated
    from order_chain
)

select uscc, buyer_token, event_day, 1 as orders, amount_fen
from sold
where not is_repeated
union all
select
    uscc,
    buyer_token,
    event_day,
    count(*) as orders,
    cast(sum(amount_fen) as bigint) as amount_fen
from sold
where is_repeated
group by uscc, buyer_token, event_day
