-- Who everybody is, in order of the code: the registration record that holds on D, and whether they ever traded.
with version as (
    select *, row_number() over (partition by uscc order by valid_from desc, key_hash) as recency
    from known_enterprise
),

trader as (
    select uscc from rollup_presence where sales > 0
    union
    select uscc from known_declaration
    union
    select owner_uscc from known_declaration where owner_uscc is not null
    union
    select uscc from known_forex
    union
    select coalesce(processor_uscc, cooperative_uscc) from known_border_trade
    union
    select uscc from known_barter_leg
)

select
    population.uscc,
    version.name,
    version.established_on,
    version.status as registration_status,
    version.roles,
    population.first_seen,
    trader.uscc is not null as has_trade_history
from population
left join version on version.uscc = population.uscc and version.recency = 1
left join trader on trader.uscc = population.uscc
order by population.uscc
