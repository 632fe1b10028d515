-- Orders and how they travelled over each window.
select
    grid.uscc,
    grid.window_days,
    coalesce(logistics.orders, 0) as orders,
    coalesce(logistics.order_fen, 0) / 100e0 as order_value,
    logistics.discount_fen / case when logistics.goods_fen > 0 then logistics.goods_fen end as discount_ratio,
    logistics.sent_orders / case when logistics.orders >= $n_min then logistics.orders end as sent_order_share,
    logistics.tracked_orders / case when logistics.sent_orders >= $n_min then logistics.sent_orders end
        as tracked_order_share,
    logistics.orders_without_transit / case when logistics.tracked_orders >= $n_min then logistics.tracked_orders end
        as no_transit_share,
    logistics.signed_orders / case when logistics.tracked_orders >= $n_min then logistics.tracked_orders end
        as signed_order_share,
    logistics.refused_orders / case when logistics.tracked_orders >= $n_min then logistics.tracked_orders end
        as refused_order_share,
    logistics.dispatch_seconds / 3600e0
        / case when logistics.dispatched_orders >= $n_min then logistics.dispatched_orders end as dispatch_hours,
    logistics.delivery_seconds / 3600e0
        / case when logistics.delivered_orders >= $n_min then logistics.delivered_orders end as delivery_hours,
    logistics.promptly_dispatched_orders
        / case when logistics.dispatched_orders >= $n_min then logistics.dispatched_orders end as prompt_dispatch_share,
    logistics.timely_orders / case when logistics.signed_orders >= $n_min then logistics.signed_orders end
        as timely_delivery_share,
    logistics.validly_tracked_orders / case when logistics.tracked_orders >= $n_min then logistics.tracked_orders end
        as valid_track_share,
    logistics.underdeclared_orders / case when logistics.declared_orders >= $n_min then logistics.declared_orders end
        as underdeclared_order_share,
    logistics.hasty_orders / case when logistics.delivered_orders >= $n_min then logistics.delivered_orders end
        as hasty_delivery_share
from grid
left join window_logistics as logistics
    on logistics.uscc = grid.uscc and logistics.window_days = grid.window_days
