-- One row per order placed in [$from_day, $to_day]: paid, sent, delivered, declared, returned.
with sold as (
    select * from known_order where event_day between $from_day and $to_day
),

sent as (
    select
        waybill.order_hash,
        count(*) as waybills,
        min(waybill.created_at) as sent_at,
        count(track.waybill_hash) as tracked_waybills,
        cast(sum(coalesce(track.scans, 0)) as bigint) as scans,
        cast(sum(coalesce(track.transit_scans, 0)) as bigint) as transit_scans,
        min(track.picked_up_at) as picked_up_at,
        min(track.signed_at) as signed_at,
        min(track.refused_at) as refused_at
    from known_waybill as waybill
    left join track on track.waybill_hash = waybill.key_hash
    where waybill.event_day >= $from_day - 30
    group by waybill.order_hash
),

declared as (
    select order_hash, count(*) as lists
    from known_inventory
    where event_day >= $from_day - 30 and cancelled_at is null
    group by order_hash
)

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
    coalesce(paid.payments, 0) as payments,
    case when sold.currency = paid.currency then cast(sold.actual_paid * 100 as bigint) - paid.paid_fen end
        as paid_difference_fen,
    date_diff('second', sold.ordered_at, paid.paid_at) as payment_seconds,
    coalesce(sent.waybills, 0) as waybills,
    coalesce(sent.tracked_waybills, 0) as tracked_waybills,
    coalesce(sent.scans, 0) as scans,
    coalesce(sent.transit_scans, 0) as transit_scans,
    date_diff('second', sold.ordered_at, sent.sent_at) as dispatch_seconds,
    date_diff('second', sent.picked_up_at, sent.signed_at) as delivery_seconds,
    sent.signed_at,
    sent.refused_at,
    coalesce(declared.lists, 0) as lists
from sold
left join order_payment as paid on paid.order_hash = sold.key_hash
left join sent on sent.order_hash = sold.key_hash
left join declared on declared.order_hash = sold.key_hash
