-- Inspections per enterprise and day of inspection.
with inspected as (
    select
        *,
        result <> 'no_difference' as is_finding,
        coalesce(seized_value_cny, 0) > 0 or coalesce(recovered_tax_cny, 0) > 0
            or coalesce(handed_over in ('regulation', 'anti_smuggling'), false) as is_serious
    from known_inspection
    where event_day between $from_day and $to_day
)

select
    uscc,
    event_day,
    count(*) as inspections,
    count(*) filter (where reason = 'random') as random_inspections,
    count(*) filter (where is_finding) as findings,
    count(*) filter (where is_finding and reason = 'random') as random_findings,
    count(*) filter (where is_serious) as serious_findings,
    cast(sum(cast((coalesce(seized_value_cny, 0) + coalesce(recovered_tax_cny, 0)) * 100 as bigint)) as bigint)
        as seized_fen
from inspected
group by uscc, event_day
