-- State of the registration as of D. Never the place, never a person.
with version as (
    select
        *,
        row_number() over (partition by uscc order by valid_from desc, key_hash) as recency,
        lag(legal_rep_token) over (partition by uscc order by valid_from, key_hash) as earlier_legal_rep,
        lag(address_token) over (partition by uscc order by valid_from, key_hash) as earlier_address,
        lag(business_scope) over (partition by uscc order by valid_from, key_hash) as earlier_scope
    from known_enterprise
),

change as (
    select
        uscc,
        count(*) filter (
            where valid_from > $business_date - 365
                and (legal_rep_token <> earlier_legal_rep or address_token <> earlier_address
                    or business_scope <> earlier_scope)
        ) as changes
    from version
    group by uscc
)

select
    population.uscc,
    date_diff('day', version.established_on, $business_date) as enterprise_age_days,
    cast(version.registered_capital_cny as double) as registered_capital,
    cast(version.paid_in_capital_cny as double)
        / case when version.registered_capital_cny > 0 then cast(version.registered_capital_cny as double) end
        as paid_in_share,
    version.employees_insured as employees_insured,
    case when version.uscc is not null then change.changes end as registration_changes_365d
from population
left join version on version.uscc = population.uscc and version.recency = 1
left join change on change.uscc = population.uscc
