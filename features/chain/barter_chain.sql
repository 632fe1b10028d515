-- One row per barter contract and enterprise: what went out, what came in, what was settled in money, and when it is all
-- due. Fen. A leg without a day of delivery has not moved yet.
select
    uscc,
    contract_no,
    count(*) as legs,
    cast(coalesce(sum(cast(value_cny * 100 as bigint)) filter (
        where direction = 'out' and delivered_on is not null
    ), 0) as bigint) as out_fen,
    cast(coalesce(sum(cast(value_cny * 100 as bigint)) filter (
        where direction = 'in' and delivered_on is not null
    ), 0) as bigint) as in_fen,
    cast(coalesce(sum(cast(coalesce(cash_settled_cny, 0) * 100 as bigint)), 0) as bigint) as cash_fen,
    min(delivered_on) as first_delivered_on,
    max(due_on) as due_on
from known_barter_leg
group by uscc, contract_no
