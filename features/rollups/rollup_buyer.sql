-- Orders per seller, buyer and day: the state behind distinct buyers, concentration and new buyers.
select
    uscc,
    buyer_token,
    event_day,
    count(*) as orders,
    cast(sum(amount_fen) as bigint) as amount_fen
from order_chain
group by uscc, buyer_token, event_day
