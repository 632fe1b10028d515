-- Receipts per enterprise, remitter and value day: the state behind the concentration of receipts.
select
    uscc,
    counterparty_token,
    event_day,
    count(*) as receipts,
    cast(sum(net_cents) as bigint) as receipt_cents
from settlement_chain
where direction = 'receipt' and counterparty_token is not null
group by uscc, counterparty_token, event_day
