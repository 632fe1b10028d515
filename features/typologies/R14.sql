-- R14 shells and rings (空壳与关联圈): what a step in Python needs to know of each enterprise, beside who is tied to whom:
-- when it was founded, whether it has insured staff, whether it exports or claims refunds, and its turnover.
with registered as (
    select
        uscc, established_on, employees_insured, valid_from,
        row_number() over (partition by uscc order by valid_from desc, key_hash) as recency
    from known_enterprise
    where valid_from <= $business_date
),

traded as (
    select
        uscc,
        coalesce(sum(export_fen) filter (where event_day > $business_date - $joint_window_days), 0) as export_fen,
        coalesce(sum(export_documents) filter (where event_day > $business_date - $joint_window_days), 0) as exports,
        sum(export_fen + import_fen) as turnover_fen,
        sum(documents) as documents
    from rollup_customs
    where event_day > $business_date - $turnover_window_days and event_day <= $business_date
    group by uscc
),

claimed as (
    select uscc, count(*) as refunds, sum(cast(refund_cny * 100 as bigint)) as refund_fen
    from known_tax_refund
    where applied_on > $business_date - $joint_window_days and applied_on <= $business_date
    group by uscc
)

select
    registered.uscc,
    registered.valid_from,
    date_diff('day', registered.established_on, $business_date) as age_days,
    registered.employees_insured,
    coalesce(traded.exports, 0) > 0 or coalesce(claimed.refunds, 0) > 0 as is_joint,
    cast(coalesce(traded.export_fen, 0) + coalesce(claimed.refund_fen, 0) as bigint) as joint_fen,
    cast(coalesce(traded.turnover_fen, 0) as bigint) as turnover_fen,
    cast(coalesce(traded.documents, 0) as bigint) as documents
from registered
left join traded on traded.uscc = registered.uscc
left join claimed on claimed.uscc = registered.uscc
where registered.recency = 1
order by registered.uscc
