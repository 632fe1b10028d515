-- Bonded retail lists whose parcel was signed for in another district than the order names (R07), one row per list.
with signed as (
    select waybill_hash, min(place_division) as first_division, max(place_division) as last_division
    from known_waybill_event
    where event = 'signed' and place_division is not null
    group by waybill_hash
)

select
    list.uscc,
    list.event_day,
    list.invt_no as document,
    list.value_fen
from inventory_chain as list
join known_order as sold on sold.key_hash = list.order_hash
join signed on signed.waybill_hash = list.waybill_hash
where list.direction = 'import' and list.mode in ('1210', '1239') and not list.is_cancelled
    and sold.consignee_district is not null
    and (signed.first_division <> sold.consignee_district or signed.last_division <> sold.consignee_district)
