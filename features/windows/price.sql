-- Prices against those of peers in the 90 days to D: per 10-digit code, statutory unit, origin and direction, with at
-- least thirty lines and three enterprises. Prices are steps of two per cent, so that the median (the lower of two), the
-- median absolute deviation and every comparison with them are exact. A line is far below its peers when its robust z
-- is under -3.5 and it costs less than half their median; the deviation counts as one step at least.
with line as (
    select
        uscc, hs_code, statutory_unit, origin_country, direction, price_step,
        cast(sum(lines) as bigint) as lines
    from rollup_price
    where event_day > $business_date - 90 and event_day <= $business_date
    group by uscc, hs_code, statutory_unit, origin_country, direction, price_step
),

peer_group as (
    select hs_code, statutory_unit, origin_country, direction, sum(lines) as lines
    from line
    group by hs_code, statutory_unit, origin_country, direction
    having sum(lines) >= 30 and count(distinct uscc) >= 3
),

-- However many lines a group has, its prices are a few steps: medians are found among these.
peer as (
    select line.hs_code, line.statutory_unit, line.origin_country, line.direction, line.price_step,
        max(peer_group.lines) as group_lines, sum(line.lines) as lines
    from line
    join peer_group
        on peer_group.hs_code = line.hs_code and peer_group.statutory_unit = line.statutory_unit
        and peer_group.origin_country = line.origin_country and peer_group.direction = line.direction
    group by line.hs_code, line.statutory_unit, line.origin_country, line.direction, line.price_step
),

ranked as (
    select
        *,
        sum(lines) over (
            partition by hs_code, statutory_unit, origin_country, direction order by price_step
            rows between unbounded preceding and current row
        ) as lines_up_to
    from peer
),

middle as (
    select hs_code, statutory_unit, origin_country, direction, min(price_step) as median_step
    from ranked
    where lines_up_to * 2 >= group_lines
    group by hs_code, statutory_unit, origin_country, direction
),

deviation as (
    select
        peer.hs_code, peer.statutory_unit, peer.origin_country, peer.direction,
        middle.median_step, abs(peer.price_step - middle.median_step) as steps,
        max(peer.group_lines) as group_lines, sum(peer.lines) as lines
    from peer
    join middle
        on middle.hs_code = peer.hs_code and middle.statutory_unit = peer.statutory_unit
        and middle.origin_country = peer.origin_country and middle.direction = peer.direction
    group by
        peer.hs_code, peer.statutory_unit, peer.origin_country, peer.direction, middle.median_step,
        abs(peer.price_step - middle.median_step)
),

ranked_deviation as (
    select
        *,
        sum(lines) over (
            partition by hs_code, statutory_unit, origin_country, direction order by steps
            rows between unbounded preceding and current row
        ) as lines_up_to
    from deviation
),

spread as (
    select
        hs_code, statutory_unit, origin_country, direction, median_step,
        greatest(min(steps), 1) as deviation_steps
    from ranked_deviation
    where lines_up_to * 2 >= group_lines
    group by hs_code, statutory_unit, origin_country, direction, median_step
),

placed as (
    select line.uscc, line.lines, line.price_step - spread.median_step as steps, spread.deviation_steps
    from line
    join spread
        on spread.hs_code = line.hs_code and spread.statutory_unit = line.statutory_unit
        and spread.origin_country = line.origin_country and spread.direction = line.direction
),

judged as (
    select
        uscc,
        sum(lines) as lines,
        sum(lines * steps) as steps,
        -- 35 steps are ln 2, and a little more.
        coalesce(sum(lines) filter (
            where steps < -3.5e0 * 1.4826e0 * deviation_steps and steps < -34
        ), 0) as low_lines,
        coalesce(sum(lines) filter (
            where steps > 3.5e0 * 1.4826e0 * deviation_steps and steps > 34
        ), 0) as high_lines
    from placed
    group by uscc
)

select
    population.uscc,
    judged.low_lines / case when judged.lines >= $n_min then judged.lines end as low_price_line_share_90d,
    judged.high_lines / case when judged.lines >= $n_min then judged.lines end as high_price_line_share_90d,
    judged.steps / 50e0 / case when judged.lines >= $n_min then judged.lines end as price_deviation_90d
from population
left join judged on judged.uscc = population.uscc
