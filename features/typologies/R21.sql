-- R21 seasonal guard (季节性护栏): how many peers of an enterprise rose with it. Peers trade in the direction in which it
-- declared most within the window, and have an ordinary time of their own to be compared with: at least ordinary_min
-- documents in the ordinary_days before the window. One rose when it declared more than rise_factor times as much a day.
with by_direction as (
    select uscc, event_day, 'export' as direction, export_documents as documents
    from rollup_customs
    union all
    select uscc, event_day, 'import', import_documents
    from rollup_customs
),

compared as (
    select
        uscc,
        direction,
        coalesce(sum(documents) filter (where event_day > $business_date - $window_days), 0) as window_documents,
        coalesce(sum(documents) filter (where event_day <= $business_date - $window_days), 0) as ordinary_documents
    from by_direction
    where event_day > $business_date - $window_days - $ordinary_days and event_day <= $business_date
    group by uscc, direction
),

counted as (
    select
        *,
        case when ordinary_documents >= $ordinary_min then 1 else 0 end as is_peer,
        case
            when ordinary_documents >= $ordinary_min
                and window_documents * $ordinary_days > $rise_factor * ordinary_documents * $window_days
            then 1
            else 0
        end as has_risen
    from compared
),

in_direction as (
    select direction, sum(is_peer) as peers, sum(has_risen) as risen
    from counted
    group by direction
),

mainly as (
    select * from counted
    where window_documents > 0
    qualify row_number() over (partition by uscc order by window_documents desc, direction) = 1
)

select
    mainly.uscc,
    cast((in_direction.risen - mainly.has_risen) / (in_direction.peers - mainly.is_peer) as double) as share
from mainly
join in_direction on in_direction.direction = mainly.direction
where in_direction.peers - mainly.is_peer >= $peers_min
order by mainly.uscc
