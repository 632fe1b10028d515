-- Warehouse movements summed per document they name: a list, a declaration or an order. Quantities in hundred-thousandths
-- of their unit.
with linked as (
    select inventory_hash as document_hash, * from known_warehouse_movement where inventory_hash is not null
    union all
    select declaration_hash as document_hash, * from known_warehouse_movement where declaration_hash is not null
    union all
    select order_hash as document_hash, * from known_warehouse_movement where order_hash is not null
)

select
    document_hash,
    count(*) as movements,
    min(moved_at) filter (where direction = 'in') as first_in_at,
    min(moved_at) filter (where direction = 'out') as first_out_at,
    cast(coalesce(sum(cast(quantity * 100000 as bigint)) filter (
        where direction = 'in' and warehouse_kind = 'overseas'
    ), 0) as bigint) as overseas_in,
    cast(coalesce(sum(cast(quantity * 100000 as bigint)) filter (
        where direction = 'out' and warehouse_kind = 'overseas'
    ), 0) as bigint) as overseas_out,
    min(warehouse_code || '/' || movement_no) as first_movement
from linked
group by document_hash
