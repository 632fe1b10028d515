-- Per month of declaration in [$from_day, $to_day]: retail import lists, and those whose order, payment and waybill are
-- all there.
select
    cast(date_trunc('month', list.event_day) as date) as month,
    count(*) as lists,
    count(*) filter (
        where sold.key_hash is not null and paid.order_hash is not null and sent.key_hash is not null
    ) as matched
from known_inventory as list
left join known_order as sold on sold.key_hash = list.order_hash
left join (select distinct order_hash from known_payment where order_hash is not null) as paid
    on paid.order_hash = list.order_hash
left join known_waybill as sent on sent.key_hash = list.waybill_hash
where list.direction = 'import' and list.mode in ('9610', '1210', '1239') and list.cancelled_at is null
    and list.event_day between $from_day and $to_day
group by month
order by month
