-- One row per order and stage, in turn: whether it is there, how long after the order (seconds), and by how much it
-- differs from what it should come to (hundredths of difference_currency). What is unknown is not yet known. Only of a
-- retail import three documents are asked for: an export has no payment document, and its list or waybill may be those
-- of a declaration.
with sold as (
    select
        chain.*,
        told.currency,
        list.declared_at,
        list.order_to_declaration_seconds,
        list.released_at,
        list.warehouse_state,
        list.settlement_state,
        list.settlement_days,
        list.gross_cents - list.value_cents as settled_difference_cents,
        list.is_cancelled,
        list.invt_no,
        list.first_bop,
        coalesce(list.first_movement, chain.first_movement) as movement,
        coalesce(list.first_out_at, chain.first_out_at) as out_at
    from order_chain as chain
    join known_order as told on told.key_hash = chain.key_hash
    left join inventory_chain as list on list.order_hash = chain.key_hash and list.invt_no = chain.first_list
),

stage as (
    select key_hash, 1 as place, 'ordered' as stage, 'present' as state, 0 as after_seconds,
        line_difference_fen as difference, currency as difference_currency,
        platform_uscc || '/' || order_no as evidence
    from sold
    union all
    select key_hash, 2, 'paid',
        case when payment_state = 'missing' and direction <> 'import' then 'not_due' else payment_state end,
        payment_seconds, paid_difference_fen, currency, first_payment
    from sold
    union all
    select key_hash, 3, 'declared',
        case when list_state = 'missing' and direction <> 'import' then 'unknown' else list_state end,
        order_to_declaration_seconds, declared_difference_fen, 'CNY', first_list
    from sold
    union all
    select key_hash, 4, 'released',
        case when released_at is not null then 'present' when is_cancelled then 'not_due' else 'unknown' end,
        date_diff('second', ordered_at, released_at), cast(null as bigint), null,
        case when released_at is not null then invt_no end
    from sold
    union all
    select key_hash, 5, 'warehouse',
        case when movement is not null then 'present' else coalesce(warehouse_state, 'unknown') end,
        date_diff('second', ordered_at, out_at), cast(null as bigint), null, movement
    from sold
    union all
    select key_hash, 6, 'sent',
        case when waybill_state = 'missing' and direction <> 'import' then 'unknown' else waybill_state end,
        dispatch_seconds, cast(null as bigint), null, first_waybill
    from sold
    union all
    select key_hash, 7, 'delivered',
        case when signed_at is not null then 'present' when refused_at is not null then 'refused' else 'unknown' end,
        coalesce(arrival_seconds, date_diff('second', ordered_at, refused_at)), cast(null as bigint), null,
        case when coalesce(signed_at, refused_at) is not null then first_waybill end
    from sold
    union all
    select key_hash, 8, 'settled', coalesce(settlement_state, 'unknown'), settlement_days * 86400,
        case when first_bop is not null then settled_difference_cents end, 'USD', first_bop
    from sold
    union all
    select key_hash, 9, 'returned', case when returns > 0 then 'present' else 'not_due' end, cast(null as bigint),
        case when returns > 0 then -returned_fen end, 'CNY', first_return
    from sold
)

select
    'order' as kind,
    sold.order_no as number,
    sold.direction,
    sold.event_day,
    sold.ordered_at as began_at,
    sold.amount_fen as value_fen,
    stage.place, stage.stage, stage.state, stage.after_seconds, stage.difference, stage.difference_currency,
    stage.evidence
from sold
join stage on stage.key_hash = sold.key_hash
order by sold.ordered_at desc, sold.key_hash, stage.place
