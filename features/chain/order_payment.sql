-- One row per order that was paid for: its payments summed, in hundredths of their currency.
-- Payments in several currencies have no one sum: their currency is empty and nothing is compared with it.
select
    order_hash,
    1 as payments,
    cast(amount * 100 as bigint) as paid_fen,
    currency,
    payer_token as first_payer_token,
    payer_token as last_payer_token,
    paid_at as first_paid_at,
    paid_at,
    pay_code || '/' || pay_txn_id as first_payment
from known_payment
where order_hash is not null and order_hash not in (select order_hash from repeated_payment_order)
union all
select
    order_hash,
    count(*),
    cast(sum(cast(amount * 100 as bigint)) as bigint),
    case when min(currency) = max(currency) then min(currency) end,
    min(payer_token),
    max(payer_token),
    min(paid_at),
    max(paid_at),
    min(pay_code || '/' || pay_txn_id)
from known_payment
where order_hash in (select order_hash from repeated_payment_order)
group by order_hash
