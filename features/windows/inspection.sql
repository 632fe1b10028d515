-- What inspections found over each window.
select
    grid.uscc,
    grid.window_days,
    coalesce(inspection.inspections, 0) as inspections,
    coalesce(inspection.findings, 0) as inspection_findings,
    coalesce(inspection.serious_findings, 0) as serious_findings,
    coalesce(inspection.seized_fen, 0) / 100e0 as seized_and_recovered,
    inspection.findings / case when inspection.inspections >= $n_min then inspection.inspections end
        as inspection_finding_share,
    inspection.random_findings / case when inspection.random_inspections >= $n_min then inspection.random_inspections end
        as random_finding_share
from grid
left join window_inspection as inspection
    on inspection.uscc = grid.uscc and inspection.window_days = grid.window_days
