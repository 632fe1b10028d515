-- Stages of documents on the day from which they can be missing: the exit of a released bonded list, and the settlement
-- of an export $settlement_days after it was declared, each twice the feed's days of grace later: a feed that is not
-- late by then has told. Money in US cents, gross of netted fees.
with stage as (
    select
        list.uscc,
        cast(list.released_at as date) + 2 * reach.late_after_days + 1 as event_day,
        1 as exits_due,
        case when list.warehouse_state = 'present' then 0 else 1 end as exits_missing,
        0 as settlements_due, 0 as settlements_missing, 0 as settlement_due_cents, 0 as settled_cents
    from inventory_chain as list
    join feed_reach as reach on reach.table_name = 'warehouse_movement'
    where list.mode in ('1210', '1239') and list.direction = 'import' and not list.is_cancelled
        and list.released_at is not null
    union all
    select
        entry.uscc,
        entry.event_day + cast($settlement_days as integer) + 2 * reach.late_after_days + 1,
        0, 0,
        1,
        case when entry.settlement_state = 'present' then 0 else 1 end,
        entry.value_cents,
        entry.gross_cents
    from declaration_chain as entry
    join feed_reach as reach on reach.table_name = 'forex'
    where entry.settlement_state <> 'not_due'
)

select
    uscc,
    event_day,
    cast(sum(exits_due) as bigint) as exits_due,
    cast(sum(exits_missing) as bigint) as exits_missing,
    cast(sum(settlements_due) as bigint) as settlements_due,
    cast(sum(settlements_missing) as bigint) as settlements_missing,
    cast(sum(settlement_due_cents) as bigint) as settlement_due_cents,
    cast(sum(settled_cents) as bigint) as settled_cents
from stage
group by uscc, event_day
