-- R02 brushing (刷单): orders that nobody placed. Any two of five signs over the window, for a seller with orders enough:
--   a  the five busiest addresses take too large a share of the orders
--   b  one account or device pays for many orders within a minute
--   c  more than half of the parcels are signed for within hours, or too many never travel through the country
--   d  nearly all of many buyers buy once in their life and never again
--   e  nearly all lines are the same quantity of the same article
with window_order as (
    select
        uscc, cast(sum(orders) as bigint) as orders, cast(sum(order_fen) as bigint) as order_fen,
        sum(tracked_orders) as tracked, sum(orders_without_transit) as without_transit
    from rollup_logistics
    where event_day > $business_date - $window_days and event_day <= $business_date
    group by uscc
    having sum(orders) >= $n_min
),

address_order as (
    select uscc, address_token, sum(orders) as orders
    from rollup_address
    where event_day > $business_date - $window_days and event_day <= $business_date
        and uscc in (select uscc from window_order)
    group by uscc, address_token
),

-- Where some addresses together have too much, one of them has its part of that.
crowded as (
    select distinct address_order.uscc
    from address_order
    join window_order on window_order.uscc = address_order.uscc
    where $addresses * address_order.orders > $address_share * window_order.orders
),

busy_address as (
    select uscc, address_token, orders
    from address_order
    where uscc in (select uscc from crowded)
    qualify row_number() over (partition by uscc order by orders desc, address_token) <= $addresses
),

sign_a as (
    select busy_address.uscc
    from busy_address
    join window_order on window_order.uscc = busy_address.uscc
    group by busy_address.uscc
    having sum(busy_address.orders) > $address_share * max(window_order.orders)
),

burst as (
    select
        uscc, kind, token, document, second, value_fen,
        count(*) over (
            partition by uscc, kind, token order by second range between $burst_seconds preceding and current row
        ) as orders
    from rollup_payment_burst
    where event_day > $business_date - $window_days and event_day <= $business_date
),

burst_end as (
    select uscc, kind, token, second from burst where orders >= $burst_orders
),

burst_order as (
    select distinct burst.uscc, burst.document, burst.value_fen
    from burst
    join burst_end
        on burst_end.uscc = burst.uscc and burst_end.kind = burst.kind and burst_end.token = burst.token
        and burst.second <= burst_end.second and burst.second >= burst_end.second - $burst_seconds
),

delivered as (
    select uscc, sum(orders) as orders, coalesce(sum(orders) filter (where hours < $delivery_hours), 0) as hasty
    from rollup_delivery
    where event_day > $business_date - $window_days and event_day <= $business_date
    group by uscc
),

sign_c as (
    select uscc from delivered where orders >= $rate_n_min and 2 * hasty > orders
    union
    select uscc from window_order where tracked >= $rate_n_min and without_transit > $without_transit_share * tracked
),

popular as (
    select uscc
    from rollup_buyer
    where event_day > $business_date - $window_days and event_day <= $business_date
    group by uscc
    having count(*) >= $buyers_min
),

bought as (
    select distinct uscc, buyer_token
    from rollup_buyer
    where event_day > $business_date - $window_days and event_day <= $business_date
        and uscc in (select uscc from popular)
),

life as (
    select buyer_token, sum(orders) as orders
    from rollup_buyer
    where event_day <= $business_date and buyer_token in (select buyer_token from bought)
    group by buyer_token
),

sign_d as (
    select bought.uscc
    from bought
    join life on life.buyer_token = bought.buyer_token
    group by bought.uscc
    having count(*) >= $buyers_min and count(*) filter (where life.orders = 1) > $single_buyer_share * count(*)
),

basket as (
    select uscc, sku, quantity_units, sum(lines) as lines
    from rollup_basket
    where event_day > $business_date - $window_days and event_day <= $business_date
    group by uscc, sku, quantity_units
),

sign_e as (
    select uscc from basket group by uscc having max(lines) > $same_basket_share * sum(lines)
),

shown as (
    select uscc, 'a' as sign from sign_a
    union
    select uscc, 'b' from burst_order
    union
    select uscc, 'c' from sign_c
    union
    select uscc, 'd' from sign_d
    union
    select uscc, 'e' from sign_e
),

counted as (
    select uscc, count(*) as signs from shown group by uscc having count(*) >= $signs_min
),

evidence as (
    select uscc, document, max(value_fen) as value_fen
    from (
        select uscc, document, value_fen from burst_order
        union all
        select uscc, document, value_fen
        from rollup_hasty_order
        where event_day > $business_date - $window_days and event_day <= $business_date
            and (hours < $delivery_hours or without_transit = 1)
    ) as suspect
    group by uscc, document
),

exposed as (
    select uscc, cast(sum(value_fen) as bigint) as amount_fen from evidence group by uscc
)

select
    counted.uscc,
    $business_date - $window_days + 1 as window_from,
    cast(counted.signs as double) as value,
    cast($signs_min as double) as threshold,
    window_order.orders as n,
    'high' as severity,
    coalesce(exposed.amount_fen, window_order.order_fen) as amount_fen,
    evidence.document,
    evidence.value_fen as weight
from counted
join window_order on window_order.uscc = counted.uscc
left join exposed on exposed.uscc = counted.uscc
left join evidence on evidence.uscc = counted.uscc
