-- Links of the traceability chain (R19): records that name the one before them, and those among them whose name for it
-- is not its hash. A record before them that has not arrived says nothing about the link.
with recorded as (
    select * from known_trace_event where event_day between $from_day and $to_day
)

select
    recorded.uscc,
    recorded.event_day,
    count(*) as links,
    count(*) filter (where earlier.record_hash is distinct from recorded.previous_hash) as broken_links
from recorded
join known_trace_event as earlier
    on earlier.trace_code = recorded.trace_code and earlier.step = recorded.step - 1
group by recorded.uscc, recorded.event_day
