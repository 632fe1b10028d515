-- Registered suppliers over each window, and how much of the supply rests on the largest.
with bought as (
    select
        rollup_supplier.uscc,
        window_length.window_days,
        rollup_supplier.supplier_uscc,
        sum(rollup_supplier.purchases) as purchases,
        sum(rollup_supplier.purchase_fen) as purchase_fen
    from rollup_supplier
    join window_length
        on rollup_supplier.event_day > $business_date - window_length.window_days
        and rollup_supplier.event_day <= $business_date
    group by rollup_supplier.uscc, window_length.window_days, rollup_supplier.supplier_uscc
),

summed as (
    select
        uscc,
        window_days,
        count(*) as suppliers,
        sum(purchases) as purchases,
        cast(sum(purchase_fen) as double) as purchase_fen,
        cast(max(purchase_fen) as double) as top_fen
    from bought
    group by uscc, window_days
)

select
    grid.uscc,
    grid.window_days,
    coalesce(summed.suppliers, 0) as distinct_suppliers,
    case when summed.purchases >= $n_min and summed.purchase_fen > 0 then summed.top_fen / summed.purchase_fen end
        as top_supplier_share
from grid
left join summed on summed.uscc = grid.uscc and summed.window_days = grid.window_days
