-- R16 burst after dormancy (休眠后爆发): nothing declared for dormant_days, then more in burst_days than `factor` times
-- the busiest such span of the history before; or absolute_min documents where that history is empty. Silence counts
-- only while the customs feeds had already begun: before that everybody is silent.
with day_documents as (
    select
        uscc, event_day, documents, export_fen + import_fen as value_fen,
        date_diff('day', date '2000-01-01', event_day) as day_number
    from rollup_customs
    where documents > 0 and event_day <= $business_date
        and event_day > $business_date - $burst_days - $history_days
),

spans as (
    select
        *,
        sum(documents) over (
            partition by uscc order by day_number range between $burst_days - 1 preceding and current row
        ) as span_documents
    from day_documents
    where event_day <= $business_date - $burst_days
),

before_burst as (
    select
        uscc,
        max(span_documents) as busiest,
        max(event_day) as last_day
    from spans
    group by uscc
),

burst as (
    select uscc, sum(documents) as documents, cast(sum(value_fen) as bigint) as value_fen
    from day_documents
    where event_day > $business_date - $burst_days
    group by uscc
),

begun as (
    select min(first_day) as first_day from feed where table_name in ('inventory', 'declaration') and is_connected
),

hit as (
    select
        burst.uscc,
        case when before_burst.busiest > 0 then burst.documents / before_burst.busiest else burst.documents end
            as value,
        case when before_burst.busiest > 0 then $factor else $absolute_min end as threshold,
        burst.documents as n,
        burst.value_fen
    from burst
    cross join begun
    left join before_burst on before_burst.uscc = burst.uscc
    where begun.first_day <= $business_date - $burst_days - $dormant_days + 1
        and (before_burst.last_day is null or before_burst.last_day <= $business_date - $burst_days - $dormant_days)
        and (
            burst.documents > $factor * before_burst.busiest
            or (before_burst.busiest is null and burst.documents >= $absolute_min)
        )
),

evidence as (
    select uscc, document, value_fen as weight
    from rollup_largest_list
    where event_day > $business_date - $burst_days and event_day <= $business_date
    union all
    select uscc, entry_id, cast(amount_cny * 100 as bigint)
    from known_declaration
    where summary_of is null and event_day > $business_date - $burst_days and event_day <= $business_date
)

select
    hit.uscc,
    $business_date - $burst_days + 1 as window_from,
    cast(hit.value as double) as value,
    cast(hit.threshold as double) as threshold,
    cast(hit.n as bigint) as n,
    'medium' as severity,
    hit.value_fen as amount_fen,
    evidence.document,
    evidence.weight
from hit
join evidence on evidence.uscc = hit.uscc
