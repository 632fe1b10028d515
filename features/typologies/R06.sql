-- R06 misdeclared name or code (伪报品名税号): an inspection found another name or code; or the net weight per statutory
-- unit of too many of an enterprise's lines lies outside nearly all of what other enterprises declare of like goods
-- (under quantile_share of them as light, or as heavy). The others alone are the measure, so that an enterprise that
-- misdeclares all it trades does not become its own reference. A text classifier of names is not part of this step.
with finding as (
    select
        uscc, document_no as document,
        cast((coalesce(seized_value_cny, 0) + coalesce(recovered_tax_cny, 0)) * 100 as bigint) as weight
    from known_inspection
    where event_day > $business_date - $window_days and event_day <= $business_date
        and (
            '|' || result || '|' like '%|name|%' or '|' || result || '|' like '%|hs_code|%'
        )
),

found as (
    select uscc, count(*) as findings, cast(sum(weight) as bigint) as amount_fen from finding group by uscc
),

cell as (
    select
        uscc, hs_code, statutory_unit, weight_step, cast(sum(lines) as bigint) as lines,
        cast(sum(value_fen) as bigint) as value_fen
    from rollup_weight_cell
    where event_day > $business_date - $window_days and event_day <= $business_date
    group by uscc, hs_code, statutory_unit, weight_step
),

own as (
    select
        *,
        sum(lines) over (partition by uscc, hs_code, statutory_unit) as own_lines,
        sum(lines) over (
            partition by uscc, hs_code, statutory_unit order by weight_step
            rows between unbounded preceding and current row
        ) as own_reached
    from cell
),

weight as (
    select hs_code, statutory_unit, weight_step, sum(lines) as lines
    from cell
    group by hs_code, statutory_unit, weight_step
),

everybody as (
    select
        *,
        sum(lines) over (partition by hs_code, statutory_unit) as all_lines,
        sum(lines) over (
            partition by hs_code, statutory_unit order by weight_step
            rows between unbounded preceding and current row
        ) as reached
    from weight
),

declared_by as (
    select hs_code, statutory_unit, count(distinct uscc) as enterprises from cell group by hs_code, statutory_unit
),

judged as (
    select
        own.*,
        everybody.reached - own.own_reached < $quantile_share * (everybody.all_lines - own.own_lines)
        or (everybody.all_lines - everybody.reached + everybody.lines) - (own.own_lines - own.own_reached + own.lines)
        < $quantile_share * (everybody.all_lines - own.own_lines) as is_outside
    from own
    join everybody
        on everybody.hs_code = own.hs_code and everybody.statutory_unit = own.statutory_unit
        and everybody.weight_step = own.weight_step
    join declared_by on declared_by.hs_code = own.hs_code and declared_by.statutory_unit = own.statutory_unit
    where everybody.all_lines - own.own_lines >= $reference_lines_min
        and declared_by.enterprises >= $reference_enterprises_min
),

rate as (
    select
        uscc, cast(sum(lines) as bigint) as n,
        cast(coalesce(sum(lines) filter (where is_outside), 0) as double) / sum(lines) as value,
        cast(coalesce(sum(value_fen) filter (where is_outside), 0) as bigint) as amount_fen
    from judged
    group by uscc
),

outside_document as (
    select line.uscc, line.document, cast(sum(line.value_fen) as bigint) as weight
    from rollup_extreme_weight as line
    join judged
        on judged.uscc = line.uscc and judged.hs_code = line.hs_code and judged.statutory_unit = line.statutory_unit
        and judged.weight_step = line.weight_step
    where judged.is_outside and line.event_day > $business_date - $window_days and line.event_day <= $business_date
    group by line.uscc, line.document
)

select
    found.uscc,
    $business_date - $window_days + 1 as window_from,
    cast(found.findings as double) as value,
    0e0 as threshold,
    found.findings as n,
    'medium' as severity,
    found.amount_fen,
    finding.document,
    finding.weight
from found
join finding on finding.uscc = found.uscc
union all
select
    rate.uscc,
    $business_date - $window_days + 1,
    rate.value,
    cast($threshold as double),
    rate.n,
    'medium',
    rate.amount_fen,
    outside_document.document,
    outside_document.weight
from rate
join outside_document on outside_document.uscc = rate.uscc
where rate.n >= $n_min and rate.value > $threshold
