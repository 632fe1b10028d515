-- One row per warehouse movement of [$from_day, $to_day] and the document it names: a list, a declaration or an order.
-- What leaves a bonded warehouse needs one. Value in fen, quantity in hundred-thousandths.
with moved as (
    select * from known_warehouse_movement where event_day between $from_day and $to_day
)

select
    moved.warehouse_code,
    moved.movement_no,
    moved.uscc,
    moved.event_day,
    moved.key_hash,
    moved.warehouse_kind,
    moved.direction,
    moved.sku,
    moved.hs_code,
    moved.moved_at,
    cast(moved.quantity * 100000 as bigint) as units,
    cast(round(cast(moved.quantity as double) * cast(coalesce(moved.unit_value_cny, 0) as double) * 100) as bigint)
        as value_fen,
    case
        when list.key_hash is not null or declaration.key_hash is not null or sold.key_hash is not null then 'present'
        when moved.warehouse_kind <> 'bonded' or moved.direction <> 'out' then 'not_due'
        when moved.event_day <= list_reach.judged_through then 'missing'
        else 'unknown'
    end as document_state,
    list.released_at,
    moved.direction = 'out' and list.key_hash is not null
        and (list.released_at is null or moved.moved_at < list.released_at) as is_out_before_release,
    coalesce(list.invt_no, declaration.entry_id, sold.platform_uscc || '/' || sold.order_no) as document
from moved
left join known_inventory as list on list.key_hash = moved.inventory_hash
left join known_declaration as declaration on declaration.key_hash = moved.declaration_hash
left join known_order as sold on sold.key_hash = moved.order_hash
left join feed_reach as list_reach on list_reach.table_name = 'inventory'
