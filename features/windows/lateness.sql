-- One row: which connected feeds are late as of K. What they would have to tell is not missing, it is not known.
with late as (
    select
        table_name,
        latest_received_at is null
        or epoch(known_at) - epoch(latest_received_at) > late_after_days * 86400 as is_late
    from feed
    cross join as_of
    where is_connected
)

select
    coalesce(max(case when is_late and table_name = 'inventory' then 1 else 0 end), 0) = 1 as are_lists_late,
    coalesce(max(case when is_late and table_name = 'declaration' then 1 else 0 end), 0) = 1 as are_declarations_late,
    coalesce(max(case when is_late and table_name = 'warehouse_movement' then 1 else 0 end), 0) = 1
        as are_movements_late,
    coalesce(max(case when is_late and table_name = 'forex' then 1 else 0 end), 0) = 1 as is_forex_late
from late
