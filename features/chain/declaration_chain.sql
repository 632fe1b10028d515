-- One row per declaration of [$from_day, $to_day]: lines, lists it sums, inspection, warehouse, vehicles, barter legs,
-- returns, export refund, settlement. A summary declaration (summary_of) sums lists that are counted already: it is kept
-- here and left out of every sum. Stages as in inventory_chain.
with line as (
    select
        declaration_hash,
        count(*) as lines,
        cast(sum(cast(line_total * 100 as bigint)) as bigint) as lines_fen
    from known_declaration_line
    group by declaration_hash
),

refund as (
    select
        declaration_hash,
        count(*) as refunds,
        cast(sum(cast(refund_cny * 100 as bigint)) as bigint) as refund_fen,
        count(*) filter (where status = 'recovered') as recovered_refunds,
        min(applied_on) as first_applied_on,
        min(refund_batch_no || '/' || entry_id) as first_refund
    from known_tax_refund
    group by declaration_hash
),

returned as (
    select
        declaration_hash,
        count(*) as returns,
        cast(sum(cast(amount_cny * 100 as bigint)) as bigint) as returned_fen,
        min(refund_no) as first_return
    from known_return
    group by declaration_hash
),

-- Lists are summed up in the month after theirs.
summed as (
    select
        declaration_hash,
        count(*) as lists,
        cast(sum(cast(declared_value_cny * 100 as bigint)) as bigint) as lists_fen
    from known_inventory
    where declaration_hash is not null and cancelled_at is null
    group by declaration_hash
),

vehicle as (
    select declaration_hash, count(*) as vehicles, count(exited_at) as exited_vehicles, min(vin) as first_vin
    from known_vehicle_export
    group by declaration_hash
),

leg as (
    select
        declaration_hash,
        count(*) as legs,
        cast(sum(cast(value_cny * 100 as bigint)) as bigint) as legs_fen,
        min(contract_no) as first_contract
    from known_barter_leg
    group by declaration_hash
)

select
    declaration.entry_id,
    declaration.uscc,
    declaration.owner_uscc,
    declaration.agent_uscc,
    declaration.principal_uscc,
    declaration.event_day,
    declaration.declared_at,
    declaration.direction,
    declaration.mode,
    declaration.key_hash,
    declaration.summary_of is not null as is_summary,
    declaration.mode = '0130' as is_barter,
    cast(declaration.amount_cny * 100 as bigint) as value_fen,
    cast(declaration.amount_usd * 100 as bigint) as value_cents,
    case
        when declaration.currency = 'CNY' then 1e0
        else coalesce(
            own.cny_per_unit,
            cast(declaration.amount_cny as double)
                / case when declaration.amount > 0 then cast(declaration.amount as double) end
        )
    end as cny_per_unit,
    -- Told in yuan against what the declared amount comes to at the customs rate of its day.
    cast(declaration.amount_cny * 100 as bigint) - cast(round(
        cast(declaration.amount * 100 as bigint)
        * case when declaration.currency = 'CNY' then 1e0 else own.cny_per_unit end
    ) as bigint) as rate_difference_fen,
    coalesce(line.lines, 0) as lines,
    cast(declaration.amount * 100 as bigint) - line.lines_fen as line_difference_fen,
    coalesce(summed.lists, 0) as summed_lists,
    case
        when declaration.summary_of is not null
            then cast(declaration.amount_cny * 100 as bigint) - coalesce(summed.lists_fen, 0)
    end as summed_difference_fen,
    date_diff('second', declaration.declared_at, declaration.released_at) as release_seconds,
    coalesce(declaration.departed_at < declaration.released_at, false) as is_departed_before_release,
    coalesce(document_inspection.inspections, 0) as inspections,
    coalesce(document_inspection.findings, 0) as findings,
    case
        when movement.document_hash is not null then 'present'
        when declaration.mode not in ('9810', '5034', '1210') or declaration.summary_of is not null then 'not_due'
        when declaration.event_day <= warehouse_reach.judged_through - $settlement_days then 'missing'
        else 'unknown'
    end as warehouse_state,
    coalesce(movement.overseas_in, 0) as overseas_in,
    coalesce(movement.overseas_out, 0) as overseas_out,
    coalesce(declaration.refund_claimed, false) as is_refund_claimed,
    case
        when refund.declaration_hash is not null then 'present'
        when not coalesce(declaration.refund_claimed, false) then 'not_due'
        when declaration.event_day <= refund_reach.judged_through - $settlement_days then 'missing'
        else 'unknown'
    end as refund_state,
    coalesce(refund.refunds, 0) as refunds,
    coalesce(refund.refund_fen, 0) as refund_fen,
    coalesce(refund.recovered_refunds, 0) as recovered_refunds,
    coalesce(refund.first_applied_on < cast(declaration.departed_at as date), false) as is_refund_before_departure,
    case
        when settlement.document_hash is not null then 'present'
        when declaration.direction <> 'export' or declaration.mode = '0130' or declaration.summary_of is not null
            then 'not_due'
        when declaration.event_day <= forex_reach.judged_through - $settlement_days then 'missing'
        else 'unknown'
    end as settlement_state,
    coalesce(settlement.settlements, 0) as settlements,
    coalesce(settlement.gross_cents, 0) as gross_cents,
    coalesce(settlement.net_cents, 0) as net_cents,
    date_diff('day', declaration.event_day, settlement.first_value_day) as settlement_days,
    coalesce(vehicle.vehicles, 0) as vehicles,
    coalesce(vehicle.exited_vehicles, 0) as exited_vehicles,
    coalesce(leg.legs, 0) as barter_legs,
    cast(declaration.amount_cny * 100 as bigint) - leg.legs_fen as barter_difference_fen,
    coalesce(returned.returns, 0) as returns,
    coalesce(returned.returned_fen, 0) as returned_fen,
    document_inspection.first_inspection,
    movement.first_movement,
    refund.first_refund,
    settlement.first_bop,
    vehicle.first_vin,
    leg.first_contract,
    returned.first_return
from known_declaration as declaration
left join line on line.declaration_hash = declaration.key_hash
left join refund on refund.declaration_hash = declaration.key_hash
left join returned on returned.declaration_hash = declaration.key_hash
left join summed on summed.declaration_hash = declaration.key_hash
left join vehicle on vehicle.declaration_hash = declaration.key_hash
left join leg on leg.declaration_hash = declaration.key_hash
left join document_movement as movement on movement.document_hash = declaration.key_hash
left join document_settlement as settlement on settlement.document_hash = declaration.key_hash
left join day_rate as own on own.event_day = declaration.event_day and own.currency = declaration.currency
left join document_inspection
    on document_inspection.document_type = 'declaration'
    and document_inspection.document_no = declaration.entry_id
left join feed_reach as warehouse_reach on warehouse_reach.table_name = 'warehouse_movement'
left join feed_reach as refund_reach on refund_reach.table_name = 'tax_refund'
left join feed_reach as forex_reach on forex_reach.table_name = 'forex'
where declaration.event_day between $from_day and $to_day
