-- One row per line of a list or declaration that can be priced: yuan per statutory unit, in steps
-- of a thousandth of its natural logarithm, rounded, so that medians are counted in whole numbers. Cancelled lists and
-- summary declarations are left out.
with line as (
    select
        list.uscc, list.event_day, list.invt_no as document, line.line_no, line.hs_code, line.statutory_unit,
        coalesce(line.origin_country, '') as origin_country,
        cast(line.line_total as double) * list.cny_per_unit as total,
        cast(line.statutory_quantity as double) as quantity
    from known_inventory_line as line
    join inventory_chain as list on list.key_hash = line.inventory_hash
    where not list.is_cancelled
    union all
    select
        entry.uscc, entry.event_day, entry.entry_id, line.line_no, line.hs_code, line.statutory_unit,
        coalesce(line.origin_country, ''),
        cast(line.line_total as double) * entry.cny_per_unit, cast(line.statutory_quantity as double)
    from known_declaration_line as line
    join declaration_chain as entry on entry.key_hash = line.declaration_hash
    where not entry.is_summary
)

select
    uscc, event_day, document, line_no, hs_code, statutory_unit, origin_country,
    cast(round(ln(total / quantity) * 1000) as bigint) as price_step,
    cast(round(total * 100) as bigint) as total_fen
from line
where total > 0 and quantity > 0 and statutory_unit is not null
