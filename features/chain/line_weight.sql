-- One row per list or declaration line of [$from_day, $to_day] whose goods can be weighed: kilograms net per statutory
-- unit, in steps of a thousandth of its natural logarithm, rounded. Of lists the weight stands in the head, so only lists
-- of one code count. Cancelled lists and summary declarations are left out.
with list_goods as (
    select
        inventory_hash,
        hs_code,
        statutory_unit,
        cast(statutory_quantity as double) as quantity
    from known_inventory_line
    where inventory_hash is not null
        and inventory_hash not in (select inventory_hash from repeated_inventory_line_inventory)
    union all
    select
        inventory_hash,
        min(hs_code),
        min(statutory_unit),
        cast(sum(statutory_quantity) as double)
    from known_inventory_line
    where inventory_hash in (select inventory_hash from repeated_inventory_line_inventory)
    group by inventory_hash
    having min(hs_code) = max(hs_code) and min(statutory_unit) = max(statutory_unit)
        and count(*) = count(statutory_quantity) and count(*) = count(statutory_unit)
),

weighed as (
    select
        list.uscc, list.event_day, goods.hs_code, goods.statutory_unit, list.invt_no as document,
        cast(list.net_weight_kg as double) as kilograms, goods.quantity,
        cast(list.declared_value_cny * 100 as bigint) as value_fen
    from list_goods as goods
    join known_inventory as list on list.key_hash = goods.inventory_hash
    where list.cancelled_at is null and list.event_day between $from_day and $to_day
    union all
    select
        entry.uscc, entry.event_day, line.hs_code, line.statutory_unit, entry.entry_id,
        cast(line.net_weight_kg as double), cast(line.statutory_quantity as double),
        cast(round(cast(line.line_total as double) * entry.cny_per_unit * 100) as bigint)
    from known_declaration_line as line
    join declaration_chain as entry on entry.key_hash = line.declaration_hash
    where not entry.is_summary
)

select
    uscc, event_day, document, hs_code, statutory_unit,
    cast(round(ln(kilograms / quantity) * 1000) as bigint) as weight_step,
    value_fen
from weighed
where kilograms > 0 and quantity > 0 and statutory_unit is not null
