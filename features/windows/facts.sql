-- Official facts in force as of D. A penalty is used from the day it was published (else decided) until the day before
-- it is repaired or annulled, and no longer than its statutory publicity (NDRC Order 36: law.yaml).
with penalty as (
    select
        *,
        coalesce(published_on, decided_on) as started_on,
        case severity
            when 'minor' then $minor_months
            when 'general' then $general_months
            else $serious_months
        end as months
    from known_penalty
),

penalised as (
    select
        uscc,
        count(*) filter (where severity = 'minor') as minor_penalties,
        count(*) filter (where severity = 'general') as general_penalties,
        count(*) filter (where severity = 'serious') as serious_penalties,
        cast(sum(cast((coalesce(fine_cny, 0) + coalesce(confiscated_cny, 0)) * 100 as bigint)) as bigint) as fine_fen,
        count(*) filter (where fulfilled_on is null) as unfulfilled_penalties
    from penalty
    where started_on <= $business_date
        and started_on + to_months(months) > $business_date
        and repaired_on is null
        and revoked_on is null
    group by uscc
),

listed as (
    select uscc, count(*) as court_listings
    from known_court_listing
    where subject = 'enterprise'
        and published_on <= $business_date
        and removed_on is null
        and coalesce(expires_on, published_on + to_months($court_months)) > $business_date
    group by uscc
),

abnormal as (
    select uscc, count(*) as abnormal_listings
    from known_abnormal_listing
    where listed_on <= $business_date and removed_on is null
    group by uscc
)

select
    population.uscc,
    coalesce(penalised.minor_penalties, 0) as minor_penalties_in_force,
    coalesce(penalised.general_penalties, 0) as general_penalties_in_force,
    coalesce(penalised.serious_penalties, 0) as serious_penalties_in_force,
    coalesce(penalised.unfulfilled_penalties, 0) as unfulfilled_penalties,
    coalesce(penalised.fine_fen, 0) / 100e0 as fines_in_force,
    coalesce(listed.court_listings, 0) as court_listings_in_force,
    coalesce(abnormal.abnormal_listings, 0) as abnormal_listings_in_force
from population
left join penalised on penalised.uscc = population.uscc
left join listed on listed.uscc = population.uscc
left join abnormal on abnormal.uscc = population.uscc
