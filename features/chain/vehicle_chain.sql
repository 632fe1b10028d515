-- One row per vehicle and declaration whose exit lies in [$from_day, $to_day]: its declaration, its licence, and the
-- day it had gone out before.
with earlier as (
    select
        vin,
        key_hash,
        lag(event_day) over (partition by vin order by event_day, key_hash) as earlier_exit_on
    from known_vehicle_export
    where exited_at is not null
)

select
    vehicle.vin,
    vehicle.entry_id,
    vehicle.uscc,
    vehicle.event_day,
    vehicle.key_hash,
    vehicle.used,
    vehicle.exited_at is not null as is_exited,
    vehicle.used and vehicle.licence_no is null as is_licence_missing,
    case
        when declaration.key_hash is not null then 'present'
        when vehicle.event_day <= reach.judged_through then 'missing'
        else 'unknown'
    end as declaration_state,
    coalesce(vehicle.exited_at < declaration.released_at, false) as is_exited_before_release,
    earlier.earlier_exit_on
from known_vehicle_export as vehicle
left join known_declaration as declaration on declaration.key_hash = vehicle.declaration_hash
left join earlier on earlier.key_hash = vehicle.key_hash
left join feed_reach as reach on reach.table_name = 'declaration'
where vehicle.event_day between $from_day and $to_day
