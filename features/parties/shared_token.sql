-- Tokens that more than one enterprise holds as of D: those of the registration that holds on D, and the accounts on
-- which foreign exchange of the last 365 days came in or went out. The address of a registered incubator ties nobody.
with version as (
    select *, row_number() over (partition by uscc order by valid_from desc, key_hash) as recency
    from known_enterprise
),

incubator as (
    select code
    from known_reference_code
    where list = 'incubator_address'
        and valid_from <= $business_date
        and coalesce(valid_to, $business_date) >= $business_date
),

held as (
    select uscc, 'legal_rep' as kind, legal_rep_token as token from version where recency = 1
    union
    select uscc, 'phone', phone_token from version where recency = 1
    union
    select uscc, 'address', address_token
    from version
    where recency = 1 and address_token not in (select code from incubator)
    union
    select uscc, 'account', account_token from known_forex where event_day > $business_date - 365
),

shared as (
    select kind, token from held where token is not null group by kind, token having count(distinct uscc) > 1
)

select held.uscc, held.kind, held.token
from held
join shared on shared.kind = held.kind and shared.token = held.token
order by held.uscc, held.kind, held.token
