-- Vehicles per enterprise and calendar year: distinct vehicle numbers with a confirmed exit in [$from_day, $to_day]. One
-- that went out again counts once, for who took it out first.
select uscc, year, count(*) as vehicles
from (
    select
        uscc,
        cast(year(cast(exited_at as date)) as bigint) as year,
        row_number() over (
            partition by vin, year(cast(exited_at as date)) order by exited_at, key_hash
        ) as place
    from known_vehicle_export
    where cast(exited_at as date) between $from_day and $to_day
) as gone
where place = 1
group by uscc, year
order by uscc, year
