-- Orders of a seller and how they travelled, per day of the order.
select
    uscc,
    event_day,
    count(*) as orders,
    cast(sum(amount_fen) as bigint) as order_fen,
    cast(sum(discount_fen) as bigint) as discount_fen,
    cast(sum(goods_fen) as bigint) as goods_fen,
    count(*) filter (where waybills > 0) as sent_orders,
    count(*) filter (where tracked_waybills > 0) as tracked_orders,
    count(*) filter (where tracked_waybills > 0 and transit_scans = 0) as orders_without_transit,
    count(*) filter (where is_track_valid) as validly_tracked_orders,
    count(*) filter (where signed_at is not null) as signed_orders,
    count(*) filter (where refused_at is not null) as refused_orders,
    count(dispatch_seconds) as dispatched_orders,
    cast(coalesce(sum(dispatch_seconds), 0) as bigint) as dispatch_seconds,
    count(*) filter (where dispatch_seconds <= 72 * 3600) as promptly_dispatched_orders,
    count(delivery_seconds) as delivered_orders,
    cast(coalesce(sum(delivery_seconds), 0) as bigint) as delivery_seconds,
    count(*) filter (where delivery_seconds < 6 * 3600) as hasty_orders,
    count(*) filter (where arrival_seconds <= 15 * 86400) as timely_orders,
    count(declared_difference_fen) as declared_orders,
    -- Declared for less than nine tenths of what the order is worth.
    count(*) filter (where declared_fen * 10 < worth_fen * 9) as underdeclared_orders,
    count(line_difference_fen) as itemised_orders,
    count(*) filter (where abs(line_difference_fen) > 1) as orders_with_other_lines
from order_chain
group by uscc, event_day
