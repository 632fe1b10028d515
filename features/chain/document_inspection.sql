-- Inspections summed per document.
select
    document_type,
    document_no,
    count(*) as inspections,
    count(*) filter (where result <> 'no_difference') as findings,
    count(*) filter (
        where coalesce(seized_value_cny, 0) > 0
            or coalesce(recovered_tax_cny, 0) > 0
            or handed_over in ('regulation', 'anti_smuggling')
    ) as serious_findings,
    min(inspect_id) as first_inspection
from known_inspection
group by document_type, document_no
