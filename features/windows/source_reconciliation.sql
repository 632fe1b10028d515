-- Per pair of sources and day what they tell of each other, once both feeds reach that day; before that what is absent
-- is not yet known and counts as empty. ``missing_right``: told by the left source and not by the right one.
with reach as (
    select table_name, judged_through from feed_reach where table_name <> 'exchange_rate'
    union all
    -- Rates hold until there are others.
    select 'exchange_rate', $business_date
    from feed where table_name = 'exchange_rate' and is_connected
)

select
    told.left_table,
    told.right_table,
    told.event_day,
    cast(sum(told.compared) as bigint) as compared,
    cast(sum(told.agreeing) as bigint) as agreeing,
    cast(sum(told.differing) as bigint) as differing,
    case when told.event_day <= right_reach.judged_through then cast(sum(told.absent_right) as bigint) end
        as missing_right,
    case when told.event_day <= left_reach.judged_through then cast(sum(told.absent_left) as bigint) end
        as missing_left
from rollup_reconciliation as told
join reach as left_reach on left_reach.table_name = told.left_table
join reach as right_reach on right_reach.table_name = told.right_table
where told.event_day <= $business_date
group by
    told.left_table, told.right_table, told.event_day, right_reach.judged_through, left_reach.judged_through
order by told.left_table, told.right_table, told.event_day
