-- R09 bought-paper export (买单出口): exports in the name of somebody without a business behind them. An owner of goods with
-- neither purchase, refund nor receipt in the window; an agency export whose principal is not reported (the agent answers);
-- or exports of a year out of all proportion to the paid-in capital, with hardly any staff. An agency export whose
-- principal is reported is the agent's to settle, and barter is paid for in goods: neither speaks for the first sign.
with export as (
    select
        uscc, coalesce(owner_uscc, uscc) as owner_uscc, principal_uscc, mode, entry_id, event_day,
        cast(amount_cny * 100 as bigint) as value_fen,
        owner_uscc is not null and owner_uscc <> uscc as is_agency
    from known_declaration
    where direction = 'export' and summary_of is null
        and event_day > $business_date - $window_days and event_day <= $business_date
),

busy as (
    select uscc
    from known_procurement
    where event_day > $business_date - $window_days and event_day <= $business_date
    union
    select uscc
    from known_tax_refund
    where applied_on > $business_date - $window_days and applied_on <= $business_date
    union
    select uscc
    from known_forex
    where direction = 'receipt' and event_day > $business_date - $window_days and event_day <= $business_date
),

paper as (
    select owner_uscc as uscc, entry_id, value_fen
    from export
    where mode <> '0130' and not (is_agency and principal_uscc is not null)
        and owner_uscc not in (select uscc from busy)
        and $is_procurement_alive and $is_tax_refund_alive and $is_forex_alive
    union
    select uscc, entry_id, value_fen
    from export
    where is_agency and principal_uscc is null
        and year(event_day) * 10000 + month(event_day) * 100 + day(event_day) >= $principal_reported_since
),

paper_sum as (
    select uscc, count(*) as entries, cast(sum(value_fen) as bigint) as amount_fen from paper group by uscc
),

registered as (
    select uscc, cast(paid_in_capital_cny * 100 as bigint) as paid_in_fen
    from (
        select
            uscc, paid_in_capital_cny, employees_insured,
            row_number() over (partition by uscc order by valid_from desc, key_hash) as recency
        from known_enterprise
        where valid_from <= $business_date
    ) as version
    where recency = 1 and paid_in_capital_cny is not null and employees_insured <= $employees_max
),

exported as (
    select uscc, cast(sum(export_fen) as bigint) as export_fen, cast(sum(export_documents) as bigint) as documents
    from rollup_customs
    where event_day > $business_date - $exports_window_days and event_day <= $business_date
    group by uscc
),

outsized as (
    select
        exported.uscc, exported.export_fen, exported.documents,
        exported.export_fen / cast(greatest(registered.paid_in_fen, 1) as double) as multiple
    from exported
    join registered on registered.uscc = exported.uscc
    where exported.export_fen > $capital_factor * registered.paid_in_fen
),

largest as (
    select uscc, document, value_fen
    from rollup_largest_list
    where direction = 'export' and event_day > $business_date - $exports_window_days and event_day <= $business_date
    union all
    select uscc, entry_id, cast(amount_cny * 100 as bigint)
    from known_declaration
    where direction = 'export' and summary_of is null
        and event_day > $business_date - $exports_window_days and event_day <= $business_date
)

select
    paper_sum.uscc,
    $business_date - $window_days + 1 as window_from,
    cast(paper_sum.entries as double) as value,
    0e0 as threshold,
    paper_sum.entries as n,
    'high' as severity,
    paper_sum.amount_fen,
    paper.entry_id as document,
    paper.value_fen as weight
from paper_sum
join paper on paper.uscc = paper_sum.uscc
union all
select
    outsized.uscc,
    $business_date - $exports_window_days + 1,
    outsized.multiple,
    cast($capital_factor as double),
    outsized.documents,
    'high',
    outsized.export_fen,
    largest.document,
    largest.value_fen
from outsized
join largest on largest.uscc = outsized.uscc
