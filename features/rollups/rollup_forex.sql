-- Cross-border receipts and payments per enterprise and value day, in hundredths of a US dollar.
select
    uscc,
    event_day,
    count(*) filter (where direction = 'receipt') as receipts,
    count(*) filter (where direction = 'payment') as payments,
    cast(coalesce(sum(cast(amount_usd * 100 as bigint)) filter (where direction = 'receipt'), 0) as bigint)
        as receipt_cents,
    cast(coalesce(sum(cast(amount_usd * 100 as bigint)) filter (where direction = 'payment'), 0) as bigint)
        as payment_cents,
    cast(coalesce(sum(cast(netted_fees_usd * 100 as bigint)) filter (where direction = 'receipt'), 0) as bigint)
        as netted_cents,
    cast(coalesce(sum(cast(amount_usd * 100 as bigint)) filter (where prepaid), 0) as bigint) as prepaid_cents
from known_forex
where event_day between $from_day and $to_day
group by uscc, event_day
