-- Order lines per seller, article, quantity and day (R02): brushed orders are all alike. Quantities in hundred-thousandths.
select
    sold.uscc,
    line.sku,
    cast(line.quantity * 100000 as bigint) as quantity_units,
    sold.event_day,
    count(*) as lines
from known_order_line as line
join order_chain as sold on sold.key_hash = line.order_hash
where line.sku is not null
group by sold.uscc, line.sku, quantity_units, sold.event_day
