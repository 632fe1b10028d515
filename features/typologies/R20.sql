-- R20 hidden identity drift (隐性易主): legal representative, address and scope all changed within the window, and the
-- enterprise declares far more than in the same time before.
with version as (
    select
        uscc, valid_from, legal_rep_token, address_token, business_scope,
        lag(valid_from) over changes as earlier_from,
        lag(legal_rep_token) over changes as earlier_rep,
        lag(address_token) over changes as earlier_address,
        lag(business_scope) over changes as earlier_scope
    from known_enterprise
    where valid_from <= $business_date
    window changes as (partition by uscc order by valid_from, key_hash)
),

change as (
    select
        *,
        legal_rep_token is distinct from earlier_rep as is_rep_new,
        address_token is distinct from earlier_address as is_address_new,
        business_scope is distinct from earlier_scope as is_scope_new
    from version
    where earlier_from is not null and valid_from > $business_date - $window_days
),

drifted as (
    select uscc
    from change
    group by uscc
    having count(*) filter (where is_rep_new) > 0
        and count(*) filter (where is_address_new) > 0
        and count(*) filter (where is_scope_new) > 0
),

traded as (
    select
        uscc,
        coalesce(sum(documents) filter (where event_day > $business_date - $window_days), 0) as documents,
        coalesce(sum(documents) filter (where event_day <= $business_date - $window_days), 0) as before,
        coalesce(sum(export_fen + import_fen) filter (where event_day > $business_date - $window_days), 0) as value_fen
    from rollup_customs
    where event_day > $business_date - 2 * $window_days and event_day <= $business_date
    group by uscc
)

select
    traded.uscc,
    $business_date - $window_days + 1 as window_from,
    cast(traded.documents / case when traded.before > 0 then traded.before else 1 end as double) as value,
    cast($volume_factor as double) as threshold,
    cast(traded.documents as bigint) as n,
    'medium' as severity,
    cast(traded.value_fen as bigint) as amount_fen,
    cast(change.valid_from as varchar) as document,
    0 as weight
from traded
join drifted on drifted.uscc = traded.uscc
join change on change.uscc = traded.uscc
where traded.documents >= $n_min and traded.documents > $volume_factor * traded.before
