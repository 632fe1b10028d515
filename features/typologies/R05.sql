-- R05 under-valuation (低报): lines priced far below like goods (same ten-digit code, statutory unit and origin, with
-- enough lines and enterprises to compare with), as a share of the enterprise's lines that can be compared at all.
-- Far below: a robust z on the logarithm of the unit price, and a fraction of the median. Where all prices of a group
-- but a few are one and the same, their deviation is zero and any lower price is infinitely far. Prices come in steps of
-- a thousandth of their logarithm; a median is the sum of the lower and the upper middle, so twice itself.
with cell as (
    select
        uscc, hs_code, statutory_unit, origin_country, price_step, cast(sum(lines) as bigint) as lines,
        cast(sum(total_fen) as bigint) as total_fen
    from rollup_price_cell
    where event_day > $business_date - $window_days and event_day <= $business_date
    group by uscc, hs_code, statutory_unit, origin_country, price_step
),

price as (
    select hs_code, statutory_unit, origin_country, price_step, sum(lines) as lines
    from cell
    group by hs_code, statutory_unit, origin_country, price_step
),

ranked as (
    select
        *,
        sum(lines) over (
            partition by hs_code, statutory_unit, origin_country order by price_step
            rows between unbounded preceding and current row
        ) as reached,
        sum(lines) over (partition by hs_code, statutory_unit, origin_country) as all_lines
    from price
),

centre as (
    select
        hs_code, statutory_unit, origin_country, max(all_lines) as all_lines,
        min(price_step) filter (where 2 * reached >= all_lines)
        + min(price_step) filter (where 2 * reached > all_lines) as twice_median
    from ranked
    group by hs_code, statutory_unit, origin_country
),

known_by as (
    select hs_code, statutory_unit, origin_country, count(distinct uscc) as enterprises
    from cell
    group by hs_code, statutory_unit, origin_country
),

reference as (
    select centre.*
    from centre
    join known_by
        on known_by.hs_code = centre.hs_code and known_by.statutory_unit = centre.statutory_unit
        and known_by.origin_country = centre.origin_country
    where centre.all_lines >= $reference_lines_min and known_by.enterprises >= $reference_enterprises_min
),

compared as (
    select cell.*, 2 * cell.price_step - reference.twice_median as twice_distance, reference.all_lines
    from cell
    join reference
        on reference.hs_code = cell.hs_code and reference.statutory_unit = cell.statutory_unit
        and reference.origin_country = cell.origin_country
),

distance as (
    select hs_code, statutory_unit, origin_country, all_lines, abs(twice_distance) as twice_away, sum(lines) as lines
    from compared
    group by hs_code, statutory_unit, origin_country, all_lines, abs(twice_distance)
),

spread_ranked as (
    select
        *,
        sum(lines) over (
            partition by hs_code, statutory_unit, origin_country order by twice_away
            rows between unbounded preceding and current row
        ) as reached
    from distance
),

spread as (
    select
        hs_code, statutory_unit, origin_country,
        1.4826e0 * (
            min(twice_away) filter (where 2 * reached >= all_lines)
            + min(twice_away) filter (where 2 * reached > all_lines)
        ) / 4 as deviation
    from spread_ranked
    group by hs_code, statutory_unit, origin_country
),

judged as (
    select
        compared.*,
        compared.twice_distance / 2e0 < 1000 * ln($ratio_max)
        and compared.twice_distance / 2e0 < $z_max * spread.deviation as is_low
    from compared
    join spread
        on spread.hs_code = compared.hs_code and spread.statutory_unit = compared.statutory_unit
        and spread.origin_country = compared.origin_country
),

rate as (
    select
        uscc, cast(sum(lines) as bigint) as n,
        cast(coalesce(sum(lines) filter (where is_low), 0) as double) / sum(lines) as value,
        cast(coalesce(sum(total_fen) filter (where is_low), 0) as bigint) as amount_fen
    from judged
    group by uscc
),

low_document as (
    select line.uscc, line.document, cast(sum(line.total_fen) as bigint) as weight
    from rollup_cheapest_line as line
    join judged
        on judged.uscc = line.uscc and judged.hs_code = line.hs_code and judged.statutory_unit = line.statutory_unit
        and judged.origin_country = line.origin_country and judged.price_step = line.price_step
    where judged.is_low and line.event_day > $business_date - $window_days and line.event_day <= $business_date
    group by line.uscc, line.document
)

select
    rate.uscc,
    $business_date - $window_days + 1 as window_from,
    rate.value,
    cast($threshold as double) as threshold,
    rate.n,
    'high' as severity,
    rate.amount_fen,
    low_document.document,
    low_document.weight
from rate
join low_document on low_document.uscc = rate.uscc
where rate.n >= $n_min and rate.value > $threshold
