-- Lines per enterprise, peer group, price step and day: the state behind prices compared with peers. The peer group is
-- the 10-digit code, statutory unit, origin and direction; the price is yuan per statutory unit, in steps of two per
-- cent (a fiftieth of its natural logarithm), so that medians are whole numbers and add up exactly.
with line as (
    select
        list.uscc,
        line.hs_code,
        line.statutory_unit,
        coalesce(line.origin_country, '') as origin_country,
        list.direction,
        list.event_day,
        cast(line.line_total as double) * list.cny_per_unit / cast(line.statutory_quantity as double) as unit_price
    from known_inventory_line as line
    join inventory_chain as list on list.key_hash = line.inventory_hash
    where not list.is_cancelled and line.statutory_quantity > 0 and line.statutory_unit is not null
        and line.line_total > 0 and list.cny_per_unit > 0
    union all
    select
        entry.uscc,
        line.hs_code,
        line.statutory_unit,
        coalesce(line.origin_country, ''),
        entry.direction,
        entry.event_day,
        cast(line.line_total as double) * entry.cny_per_unit / cast(line.statutory_quantity as double)
    from known_declaration_line as line
    join declaration_chain as entry on entry.key_hash = line.declaration_hash
    where not entry.is_summary and line.statutory_quantity > 0 and line.statutory_unit is not null
        and line.line_total > 0 and entry.cny_per_unit > 0
)

select
    uscc,
    hs_code,
    statutory_unit,
    origin_country,
    direction,
    cast(floor(ln(unit_price) * 50) as bigint) as price_step,
    event_day,
    count(*) as lines
from line
group by uscc, hs_code, statutory_unit, origin_country, direction, price_step, event_day
