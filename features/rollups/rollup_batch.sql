-- Traceability records of batches that left (R19): shipped or sold, per enterprise, article, batch and day.
select
    uscc,
    sku,
    batch_no,
    event_day,
    count(*) as shipments
from known_trace_event
where node in ('shipped', 'sold') and batch_no is not null and event_day between $from_day and $to_day
group by uscc, sku, batch_no, event_day
