-- One row per order placed in [$from_day, $to_day]: paid, sent, delivered, declared, moved, returned. An order may have
-- several payments, waybills, lists and returns: each is summed before it is joined.
with sold as (
    select * from known_order where event_day between $from_day and $to_day
),

line as (
    select
        line.order_hash,
        count(*) as lines,
        cast(sum(cast(line.line_total * 100 as bigint)) as bigint) as lines_fen
    from known_order_line as line
    join sold on sold.key_hash = line.order_hash
    group by line.order_hash
),

parcel as (
    select
        waybill.order_hash,
        waybill.created_at,
        waybill.carrier_uscc || '/' || waybill.logistics_no as waybill,
        track.*
    from known_waybill as waybill
    left join track on track.waybill_hash = waybill.key_hash
),

sent as (
    select
        order_hash,
        1 as waybills,
        created_at as sent_at,
        case when waybill_hash is not null then 1 else 0 end as tracked_waybills,
        coalesce(scans, 0) as scans,
        coalesce(transit_scans, 0) as transit_scans,
        first_scan_at,
        picked_up_at,
        signed_at,
        refused_at,
        case when is_in_order then 1 when not is_in_order then 0 end as is_in_order,
        waybill as first_waybill
    from parcel
    where order_hash is not null and order_hash not in (select order_hash from repeated_waybill_order)
    union all
    select
        order_hash,
        count(*),
        min(created_at),
        count(waybill_hash),
        cast(sum(coalesce(scans, 0)) as bigint),
        cast(sum(coalesce(transit_scans, 0)) as bigint),
        min(first_scan_at),
        min(picked_up_at),
        min(signed_at),
        min(refused_at),
        min(case when is_in_order then 1 when not is_in_order then 0 end),
        min(waybill)
    from parcel
    where order_hash in (select order_hash from repeated_waybill_order)
    group by order_hash
),

declared as (
    select
        order_hash,
        1 as lists,
        cast(declared_value_cny * 100 as bigint) as declared_fen,
        invt_no as first_list
    from known_inventory
    where cancelled_at is null and order_hash is not null
        and order_hash not in (select order_hash from repeated_inventory_order)
    union all
    select
        order_hash,
        count(*),
        cast(sum(cast(declared_value_cny * 100 as bigint)) as bigint),
        min(invt_no)
    from known_inventory
    where cancelled_at is null and order_hash in (select order_hash from repeated_inventory_order)
    group by order_hash
),

returned as (
    select
        order_hash,
        count(*) as returns,
        cast(sum(cast(amount_cny * 100 as bigint)) as bigint) as returned_fen,
        min(refund_no) as first_return
    from known_return
    group by order_hash
),

joined as (
    select
        sold.platform_uscc,
        sold.order_no,
        sold.uscc,
        sold.event_day,
        sold.key_hash,
        sold.ordered_at,
        sold.direction,
        sold.buyer_token,
        sold.buyer_phone_token,
        sold.consignee_phone_token,
        sold.address_token,
        cast(sold.amount_cny * 100 as bigint) as amount_fen,
        cast(sold.discount * 100 as bigint) as discount_fen,
        cast(sold.goods_value * 100 as bigint) as goods_fen,
        -- What the lists of the order should come to, in fen at the rate of its day: CIF or FOB.
        case when sold.currency = 'CNY' then 1e0 else own.cny_per_unit end
            * cast((sold.goods_value + case when sold.direction = 'import' then sold.freight else 0 end) * 100 as bigint)
            as worth_fen,
        coalesce(line.lines, 0) as lines,
        cast(sold.goods_value * 100 as bigint) - line.lines_fen as line_difference_fen,
        case
            when paid.order_hash is not null then 'present'
            when complete_day.event_day is null then 'unknown'
            else 'missing'
        end as payment_state,
        case
            when sent.order_hash is not null then 'present'
            when complete_day.event_day is null then 'unknown'
            else 'missing'
        end as waybill_state,
        case
            when declared.order_hash is not null then 'present'
            when sold.event_day <= list_reach.judged_through then 'missing'
            else 'unknown'
        end as list_state,
        coalesce(paid.payments, 0) as payments,
        case when sold.currency = paid.currency then cast(sold.actual_paid * 100 as bigint) - paid.paid_fen end
            as paid_difference_fen,
        date_diff('second', sold.ordered_at, paid.paid_at) as payment_seconds,
        coalesce(paid.first_paid_at < sold.ordered_at, false) as is_paid_before_order,
        coalesce(sent.waybills, 0) as waybills,
        coalesce(sent.tracked_waybills, 0) as tracked_waybills,
        coalesce(sent.scans, 0) as scans,
        coalesce(sent.transit_scans, 0) as transit_scans,
        date_diff('second', sold.ordered_at, sent.sent_at) as dispatch_seconds,
        date_diff('second', sent.picked_up_at, sent.signed_at) as delivery_seconds,
        date_diff('second', sold.ordered_at, sent.signed_at) as arrival_seconds,
        sent.signed_at,
        sent.refused_at,
        -- A track is valid when its events come in turn and none comes before the order.
        case
            when sent.tracked_waybills > 0 then sent.is_in_order = 1 and sent.first_scan_at >= sold.ordered_at
        end as is_track_valid,
        coalesce(declared.lists, 0) as lists,
        declared.declared_fen,
        movement.first_out_at,
        coalesce(returned.returns, 0) as returns,
        coalesce(returned.returned_fen, 0) as returned_fen,
        paid.first_payment,
        sent.first_waybill,
        declared.first_list,
        movement.first_movement,
        returned.first_return
    from sold
    left join line on line.order_hash = sold.key_hash
    left join order_payment as paid on paid.order_hash = sold.key_hash
    left join sent on sent.order_hash = sold.key_hash
    left join declared on declared.order_hash = sold.key_hash
    left join document_movement as movement on movement.document_hash = sold.key_hash
    left join returned on returned.order_hash = sold.key_hash
    left join complete_day on complete_day.event_day = sold.event_day
    left join day_rate as own on own.event_day = sold.event_day and own.currency = sold.currency
    left join feed_reach as list_reach on list_reach.table_name = 'inventory'
)

select *, declared_fen - cast(round(worth_fen) as bigint) as declared_difference_fen
from joined
