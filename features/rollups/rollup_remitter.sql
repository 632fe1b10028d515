-- Receipts per enterprise, remitter and value day: the state behind the concentration of receipts.
select
    uscc,
    counterparty_token,
    event_day,
    count(*) as receipts,
    cast(sum(cast(amount_usd * 100 as bigint)) as bigint) as receipt_cents
from known_forex
where direction = 'receipt' and counterparty_token is not null and event_day between $from_day and $to_day
group by uscc, counterparty_token, event_day
