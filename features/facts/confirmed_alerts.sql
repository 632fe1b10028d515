-- Alerts confirmed by an officer: the latest finding on an alert is the one that stands.
with finding as (
    select *, false as is_withdrawn from known_alert_feedback
    union all
    select *, true as is_withdrawn from withdrawn_alert_feedback
),

latest as (
    select
        *,
        row_number() over (partition by alert_id order by is_withdrawn, decided_at desc, key_hash) as recency
    from finding
)

select event_day as event_date, 'alert' as kind, alert_id as key, received_at, is_withdrawn as voided
from latest
where recency = 1 and finding = 'confirmed'
order by alert_id
