-- Returns against orders over each window.
select
    grid.uscc,
    grid.window_days,
    case when logistics.orders >= $n_min then coalesce(back.returns, 0) / logistics.orders end as return_rate,
    case
        when logistics.orders >= $n_min and logistics.order_fen > 0
            then coalesce(back.return_fen, 0) / logistics.order_fen
    end as return_value_rate
from grid
left join window_logistics as logistics
    on logistics.uscc = grid.uscc and logistics.window_days = grid.window_days
left join window_return as back on back.uscc = grid.uscc and back.window_days = grid.window_days
