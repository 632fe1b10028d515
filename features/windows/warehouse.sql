-- Warehouse movements, and released bonded lists whose goods should have left, over each window.
select
    grid.uscc,
    grid.window_days,
    warehouse.exits_without_document / case
        when warehouse.bonded_exits >= $n_min and not lateness.are_lists_late and not lateness.are_declarations_late
            then warehouse.bonded_exits
    end
        as exit_without_document_share,
    warehouse.exits_before_release / case when warehouse.bonded_exits >= $n_min then warehouse.bonded_exits end
        as exit_before_release_share,
    warehouse.overseas_out_fen / case when warehouse.overseas_in_fen > 0 then warehouse.overseas_in_fen end
        as overseas_sold_ratio,
    due.exits_missing / case when due.exits_due >= $n_min and not lateness.are_movements_late then due.exits_due end
        as exit_missing_share
from grid
cross join lateness
left join window_warehouse as warehouse
    on warehouse.uscc = grid.uscc and warehouse.window_days = grid.window_days
left join window_due as due on due.uscc = grid.uscc and due.window_days = grid.window_days
