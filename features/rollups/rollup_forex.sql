-- Cross-border receipts and payments per enterprise and value day, in hundredths of a US dollar.
select
    uscc,
    event_day,
    count(*) filter (where direction = 'receipt') as receipts,
    count(*) filter (where direction = 'payment') as payments,
    cast(coalesce(sum(net_cents) filter (where direction = 'receipt'), 0) as bigint) as receipt_cents,
    cast(coalesce(sum(net_cents) filter (where direction = 'payment'), 0) as bigint) as payment_cents,
    cast(coalesce(sum(netted_cents) filter (where direction = 'receipt'), 0) as bigint) as netted_cents,
    cast(coalesce(sum(net_cents) filter (where is_prepaid), 0) as bigint) as prepaid_cents,
    count(*) filter (where direction = 'receipt' and document_state <> 'not_due') as named_receipts,
    count(*) filter (where direction = 'receipt' and document_state in ('missing', 'unknown'))
        as receipts_without_document,
    count(settlement_days) filter (where direction = 'receipt') as dated_receipts,
    cast(coalesce(sum(settlement_days) filter (where direction = 'receipt'), 0) as bigint) as settlement_days
from settlement_chain
group by uscc, event_day
