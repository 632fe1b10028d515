-- Rhythm of trade as of D: active days, silence, burst and trend, from the days' documents.
with day_documents as (
    select uscc, event_day, documents from rollup_customs where documents > 0 and event_day <= $business_date
),

-- From one day with a document to the next, and from the last of them to D.
silence as (
    select
        uscc,
        event_day,
        date_diff('day', event_day, coalesce(
            lead(event_day) over (partition by uscc order by event_day), $business_date
        )) as silent_days
    from day_documents
),

summed as (
    select
        uscc,
        max(event_day) as last_day,
        count(*) filter (where event_day > $business_date - 90) as active_days_90d,
        count(*) filter (where event_day > $business_date - 365) as active_days_365d,
        cast(sum(documents) filter (where event_day > $business_date - 7) as bigint) as documents_7d,
        cast(sum(documents) filter (where event_day > $business_date - 90) as bigint) as documents_90d,
        cast(sum(documents) filter (
            where event_day > $business_date - 97 and event_day <= $business_date - 7
        ) as bigint) as earlier_documents_90d,
        cast(sum(documents) filter (
            where event_day > $business_date - 180 and event_day <= $business_date - 90
        ) as bigint) as documents_90d_before,
        cast(max(documents) filter (where event_day > $business_date - 90) as bigint) as busiest_day
    from day_documents
    group by uscc
),

quiet as (
    select uscc, max(silent_days) as longest_silence_days
    from silence
    where event_day > $business_date - 365
    group by uscc
)

select
    population.uscc,
    date_diff('day', summed.last_day, $business_date) as days_since_document,
    coalesce(summed.active_days_90d, 0) as active_days_90d,
    coalesce(summed.active_days_365d, 0) as active_days_365d,
    case
        when summed.earlier_documents_90d >= $n_min
            then coalesce(summed.documents_7d, 0) * 90e0 / 7e0 / summed.earlier_documents_90d
    end as burst_ratio,
    case
        when summed.documents_90d_before >= $n_min
            then coalesce(summed.documents_90d, 0) / summed.documents_90d_before
    end as document_trend,
    case when summed.documents_90d >= $n_min then summed.busiest_day / summed.documents_90d end as busiest_day_share,
    quiet.longest_silence_days
from population
left join summed on summed.uscc = population.uscc
left join quiet on quiet.uscc = population.uscc
