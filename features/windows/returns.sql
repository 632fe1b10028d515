-- Returns over each window.
select
    grid.uscc,
    grid.window_days,
    coalesce(back.returns, 0) as returns,
    coalesce(back.return_fen, 0) / 100e0 as return_value,
    back.fault_returns / case when back.returns >= $n_min then back.returns end as fault_return_share,
    back.refused_returns / case when back.returns >= $n_min then back.returns end as refused_return_share,
    back.mismatched_returns / case when back.returns >= $n_min then back.returns end as mismatched_return_share,
    back.relief_returns / case when back.returns >= $n_min then back.returns end as relief_return_share,
    back.returns_without_document / case
        when back.returns >= $n_min and not lateness.are_lists_late and not lateness.are_declarations_late
            then back.returns
    end
        as return_without_document_share,
    back.apply_days / case when back.dated_returns >= $n_min then back.dated_returns end as return_apply_days,
    back.reliefs_outside_rule / case when back.judged_reliefs >= $n_min then back.judged_reliefs end
        as relief_outside_rule_share,
    back.arrival_days / case when back.arrived_returns >= $n_min then back.arrived_returns end as return_arrival_days
from grid
cross join lateness
left join window_return as back on back.uscc = grid.uscc and back.window_days = grid.window_days
