-- Vehicles, trade with border residents, barter contracts, quality failures and pre-refunds that are open, as of D.
with exited as (
    select
        uscc,
        event_day,
        date_diff('day', lag(event_day) over (partition by vin order by event_day, key_hash), event_day) as days_after
    from known_vehicle_export
    where exited_at is not null
),

vehicle as (
    select uscc, count(*) as exits, count(*) filter (where days_after <= 180) as repeated
    from exited
    where event_day > $business_date - 365
    group by uscc
),

resident as (
    select
        coalesce(processor_uscc, cooperative_uscc) as uscc,
        resident_token,
        count(*) as trades,
        sum(cast(value_cny * 100 as bigint)) as value_fen
    from known_border_trade
    where event_day > $business_date - 90
    group by coalesce(processor_uscc, cooperative_uscc), resident_token
),

border as (
    select
        uscc, count(*) as residents, sum(trades) as trades, cast(sum(value_fen) as double) as value_fen,
        cast(max(value_fen) as double) as top_fen
    from resident
    group by uscc
),

contract as (
    select
        uscc,
        contract_no,
        max(due_on) as due_on,
        sum(case when direction = 'out' and delivered_on is not null then cast(value_cny * 100 as bigint) else 0 end)
            as out_fen,
        sum(case when direction = 'in' and delivered_on is not null then cast(value_cny * 100 as bigint) else 0 end)
            as in_fen,
        sum(cast(coalesce(cash_settled_cny, 0) * 100 as bigint)) as cash_fen
    from known_barter_leg
    group by uscc, contract_no
),

-- What is due, on either side, and not made good by the other side or in money.
barter as (
    select
        uscc,
        cast(sum(greatest(abs(out_fen - in_fen) - cash_fen, 0)) as double) as open_fen,
        cast(sum(greatest(out_fen, in_fen)) as double) as due_fen
    from contract
    where due_on <= $business_date
    group by uscc
),

failed as (
    select uscc, count(*) as failures
    from known_quality_sample
    where (verdict = 'fail' or recall_no is not null) and closed_on is null
    group by uscc
),

prerefund as (
    select uscc, count(*) as refunds
    from known_tax_refund
    where business_type = 'HWC-YT' and settled_on is null and status <> 'recovered'
        and make_date(
            cast(year(applied_on) + 1 as integer),
            cast($prerefund_settle_month as integer),
            cast($prerefund_settle_day as integer)
        ) < $business_date
    group by uscc
)

select
    population.uscc,
    coalesce(vehicle.exits, 0) as vehicles_exported_365d,
    coalesce(vehicle.repeated, 0) as repeated_vehicle_exports_365d,
    coalesce(border.value_fen, 0) / 100e0 as border_trade_value_90d,
    border.top_fen / case when border.trades >= $n_min and border.value_fen > 0 then border.value_fen end
        as top_resident_share_90d,
    coalesce(barter.open_fen, 0) / 100e0 as overdue_barter_value,
    barter.open_fen / case when barter.due_fen > 0 then barter.due_fen end as overdue_barter_ratio,
    coalesce(failed.failures, 0) as open_quality_failures,
    coalesce(prerefund.refunds, 0) as overdue_prerefunds
from population
left join vehicle on vehicle.uscc = population.uscc
left join border on border.uscc = population.uscc
left join barter on barter.uscc = population.uscc
left join failed on failed.uscc = population.uscc
left join prerefund on prerefund.uscc = population.uscc
