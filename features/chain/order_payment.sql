-- One row per order that was paid for: its payments summed, in hundredths of their currency.
-- Payments in several currencies have no one sum: their currency is empty and nothing is compared with it.
select
    order_hash,
    count(*) as payments,
    cast(sum(cast(amount * 100 as bigint)) as bigint) as paid_fen,
    case when min(currency) = max(currency) then min(currency) end as currency,
    min(payer_token) as first_payer_token,
    max(payer_token) as last_payer_token,
    min(paid_at) as first_paid_at,
    max(paid_at) as paid_at,
    min(pay_code || '/' || pay_txn_id) as first_payment
from known_payment
group by order_hash
