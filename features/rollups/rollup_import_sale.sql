-- Retail imports by seller, buyer, phone and address (R04, R07): a row per list that was not cancelled, and per import
-- order that no list names yet. counted_fen is what a list counts to the buyer's yearly quota, valid returns taken off;
-- an order without a list counts nothing.
select
    uscc,
    event_day,
    buyer_token,
    consignee_phone_token,
    address_token,
    invt_no as document,
    cast(epoch(declared_at) as bigint) as second,
    1 as lists,
    value_fen,
    greatest(value_fen - valid_return_fen, 0) as counted_fen,
    case when mode in ('1210', '1239') and signed_at is not null then 1 else 0 end as bonded_deliveries
from inventory_chain
where direction = 'import' and is_retail and not is_cancelled
union all
select
    uscc, event_day, buyer_token, consignee_phone_token, address_token, platform_uscc || '/' || order_no,
    cast(epoch(ordered_at) as bigint), 0, amount_fen, 0, 0
from order_chain
where direction = 'import' and lists = 0
