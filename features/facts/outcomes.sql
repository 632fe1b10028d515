-- Adverse events as known at (D, K): what the probability is a probability of (design, section 2). A repaired, revoked
-- or withdrawn event is here too, marked void: it is no label, and how many there were is reported.
with inspected as (
    select *, false as is_withdrawn from known_inspection
    union all
    select *, true as is_withdrawn from withdrawn_inspection
),

rated as (
    select
        *,
        lag(rating) over (partition by uscc, authority order by valid_from, key_hash) as earlier_rating
    from known_regulator_rating
),

degraded as (
    select *, false as is_withdrawn from rated
    union all
    select *, cast(null as varchar) as earlier_rating, true as is_withdrawn from withdrawn_regulator_rating
),

listed as (
    select *, false as is_withdrawn from known_court_listing
    union all
    select *, true as is_withdrawn from withdrawn_court_listing
),

event as (
    select
        uscc, decided_on as event_date, 'penalty' as kind, decision_no as key, received_at,
        repaired_on is not null or revoked_on is not null as is_void
    from known_penalty
    where severity in ('general', 'serious')
    union all
    select uscc, event_day, 'inspection', inspect_id, received_at, is_withdrawn
    from inspected
    where coalesce(seized_value_cny, 0) > 0
        or coalesce(recovered_tax_cny, 0) > 0
        or handed_over in ('regulation', 'anti_smuggling')
    union all
    select uscc, valid_from, 'downgrade', authority || '/' || rating, received_at, is_withdrawn
    from degraded
    where (
        (authority = 'customs' and rating in ('dishonest', 'seriously_dishonest'))
        or (authority = 'tax' and rating = 'D')
        or (authority = 'safe' and rating = 'C')
    )
        -- The same class given again is no downgrade, nor is the step up out of the worst.
        and coalesce(earlier_rating, '') not in (rating, 'seriously_dishonest')
    union all
    select uscc, published_on, 'court_listing', case_no, received_at, is_withdrawn
    from listed
    where subject = 'enterprise'
)

select uscc, event_date, kind, key, received_at, is_void as voided
from event
order by uscc, event_date, kind, key
