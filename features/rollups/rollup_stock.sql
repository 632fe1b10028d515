-- Movements of goods per enterprise, kind of warehouse, article and day (R07, R15, R17). Quantities in hundred-thousandths
-- of the unit. The declaration is told for overseas warehouses, where
-- it is named.
select
    uscc,
    event_day,
    warehouse_kind,
    sku,
    hs_code,
    case when warehouse_kind = 'overseas' then entry_id end as entry_id,
    count(*) filter (where direction = 'in') as movements_in,
    count(*) filter (where direction = 'out') as movements_out,
    cast(coalesce(sum(cast(quantity * 100000 as bigint)) filter (where direction = 'in'), 0) as bigint) as units_in,
    cast(coalesce(sum(cast(quantity * 100000 as bigint)) filter (where direction = 'out'), 0) as bigint) as units_out,
    cast(coalesce(sum(cast(round(cast(quantity as double) * cast(unit_value_cny as double) * 100) as bigint))
        filter (where direction = 'in'), 0) as bigint) as in_fen,
    cast(coalesce(sum(cast(round(cast(quantity as double) * cast(unit_value_cny as double) * 100) as bigint))
        filter (where direction = 'out'), 0) as bigint) as out_fen
from known_warehouse_movement
where event_day between $from_day and $to_day
group by
    uscc, event_day, warehouse_kind, sku, hs_code,
    case when warehouse_kind = 'overseas' then entry_id end
