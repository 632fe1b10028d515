-- One row per return that was completed (arrived) in [$from_day, $to_day], with the cuts of the counted document it goes
-- back on: the list or declaration it names, else the first list of the order it names. key_hash is empty where it names
-- none that counts. It is taken off in the month in which it is completed, so that a month once told stays as it was.
with counted as (
    select * from released_document
),

order_list as (
    select order_hash, min(key_hash) as key_hash
    from counted
    where kind = 'inventory' and order_hash is not null
    group by order_hash
),

named as (
    select
        back.refund_no,
        cast(date_trunc('month', cast(back.arrived_at as date)) as date) as month,
        cast(back.amount_cny * 100 as bigint) as value_fen,
        case when back.declaration_hash is not null then 'declaration' else 'inventory' end as kind,
        coalesce(back.declaration_hash, back.inventory_hash, order_list.key_hash) as document_hash
    from known_return as back
    left join order_list on order_list.order_hash = back.order_hash
    where cast(back.arrived_at as date) between $from_day and $to_day
)

select
    named.refund_no,
    named.month,
    named.value_fen,
    counted.key_hash,
    counted.uscc,
    counted.mode,
    counted.direction,
    counted.country,
    counted.port,
    counted.chapter
from named
left join counted on counted.kind = named.kind and counted.key_hash = named.document_hash
