-- Two sources that tell of the same thing, per enterprise, pair and day: how many documents of the left one have their
-- counterpart and agree with it, have it and differ, or have none; and how many of the right one have none on the left.
-- What is not there is counted as absent; whether it is missing or not yet known follows from how far the feeds reach.
with compared as (
    select
        uscc, 'inventory' as left_table, 'order' as right_table, event_day,
        case when order_state = 'present' then 1 else 0 end as has_right,
        0 as has_only_right,
        0 as differs
    from inventory_chain
    where not is_cancelled and is_retail
    union all
    select uscc, 'inventory', 'waybill', event_day, case when waybill_state = 'present' then 1 else 0 end, 0, 0
    from inventory_chain
    where not is_cancelled and is_retail
    union all
    select
        uscc, 'order', 'inventory', event_day, case when lists > 0 then 1 else 0 end, 0,
        case when abs(declared_difference_fen) * 10 > worth_fen then 1 else 0 end
    from order_chain
    union all
    select
        uscc, 'order', 'payment', event_day, case when payments > 0 then 1 else 0 end, 0,
        case when abs(paid_difference_fen) > 1 then 1 else 0 end
    from order_chain
    union all
    select
        uscc, 'inventory', 'warehouse_movement', event_day,
        case when warehouse_state = 'present' then 1 else 0 end, 0,
        case when is_out_before_release then 1 else 0 end
    from inventory_chain
    where warehouse_state <> 'not_due'
    union all
    select uscc, 'inventory', 'warehouse_movement', event_day, 0, 1, 0
    from movement_chain
    where document_state in ('missing', 'unknown')
    union all
    select
        uscc, 'declaration', 'tax_refund', event_day, case when refunds > 0 then 1 else 0 end, 0,
        case when is_refund_before_departure then 1 else 0 end
    from declaration_chain
    where refund_state <> 'not_due'
    union all
    select uscc, 'declaration', 'tax_refund', event_day, 0, 1, 0
    from refund_chain
    where declaration_state <> 'present'
    union all
    select
        uscc, 'declaration', 'forex', event_day, case when settlements > 0 then 1 else 0 end, 0,
        -- Received in full, within a tenth, gross of the fees that were netted off.
        case when abs(value_cents - gross_cents) * 10 > value_cents then 1 else 0 end
    from declaration_chain
    where settlement_state <> 'not_due'
    union all
    select uscc, 'declaration', 'forex', event_day, 0, 1, 0
    from settlement_chain
    where document_state in ('missing', 'unknown')
    union all
    select
        uscc, 'declaration', 'exchange_rate', event_day, case when rate_difference_fen is not null then 1 else 0 end, 0,
        case when abs(rate_difference_fen) * 100 > value_fen then 1 else 0 end
    from declaration_chain
    union all
    select
        uscc, 'declaration', 'inventory', event_day, case when summed_lists > 0 then 1 else 0 end, 0,
        case when abs(summed_difference_fen) > 1 then 1 else 0 end
    from declaration_chain
    where is_summary
    union all
    select uscc, 'return', 'inventory', event_day, case when document_state = 'present' then 1 else 0 end, 0, 0
    from return_chain
    union all
    select
        uscc, 'vehicle_export', 'declaration', event_day, case when declaration_state = 'present' then 1 else 0 end, 0,
        case when is_exited_before_release then 1 else 0 end
    from vehicle_chain
    union all
    select
        uscc, 'procurement', 'exchange_rate', event_day, case when rate_difference_fen is not null then 1 else 0 end, 0,
        case when abs(rate_difference_fen) * 100 > value_fen then 1 else 0 end
    from purchase_chain
)

select
    uscc,
    left_table,
    right_table,
    event_day,
    cast(sum(has_right) as bigint) as compared,
    cast(sum(case when has_right = 1 and coalesce(differs, 0) = 0 then 1 else 0 end) as bigint) as agreeing,
    cast(sum(case when has_right = 1 then differs else 0 end) as bigint) as differing,
    cast(sum(case when has_right = 0 and has_only_right = 0 then 1 else 0 end) as bigint) as absent_right,
    cast(sum(has_only_right) as bigint) as absent_left
from compared
group by uscc, left_table, right_table, event_day
