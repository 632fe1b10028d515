-- Returns per enterprise and day of application.
select
    uscc,
    event_day,
    count(*) as returns,
    cast(sum(value_fen) as bigint) as return_fen,
    cast(coalesce(sum(value_cents) filter (where direction = 'export'), 0) as bigint) as export_return_cents,
    count(*) filter (where direction = 'export' and value_cents is null) as unconverted_returns,
    count(*) filter (where reason in ('quality', 'damaged', 'wrong_item')) as fault_returns,
    count(*) filter (where reason = 'refused') as refused_returns,
    count(*) filter (where is_relief_claimed) as relief_returns,
    count(*) filter (where is_mismatched) as mismatched_returns,
    count(arrived_at) as arrived_returns,
    cast(coalesce(sum(arrival_days), 0) as bigint) as arrival_days,
    count(apply_days) as dated_returns,
    cast(coalesce(sum(apply_days), 0) as bigint) as apply_days,
    count(*) filter (where document_state <> 'present') as returns_without_document,
    count(*) filter (where is_relief_claimed and is_within_rule is not null) as judged_reliefs,
    count(*) filter (where is_relief_claimed and not is_within_rule) as reliefs_outside_rule
from return_chain
group by uscc, event_day
