-- One row per traceability record of [$from_day, $to_day]: whether it names the record before it, as each but the first
-- must, and whether it comes before it in time.
with recorded as (
    select * from known_trace_event where event_day between $from_day and $to_day
)

select
    recorded.trace_code,
    recorded.step,
    recorded.uscc,
    recorded.event_day,
    recorded.key_hash,
    recorded.sku,
    recorded.batch_no,
    recorded.node,
    case
        when recorded.previous_hash is null and earlier.trace_code is null then 'not_due'
        when earlier.trace_code is null then 'missing'
        else 'present'
    end as previous_state,
    earlier.trace_code is not null and earlier.record_hash is distinct from recorded.previous_hash as is_broken,
    coalesce(earlier.recorded_at > recorded.recorded_at, false) as is_before_previous
from recorded
left join known_trace_event as earlier
    on earlier.trace_code = recorded.trace_code and earlier.step = recorded.step - 1
