-- Returns per enterprise and day of application.
select
    uscc,
    event_day,
    count(*) as returns,
    cast(sum(cast(amount_cny * 100 as bigint)) as bigint) as return_fen,
    count(*) filter (where reason in ('quality', 'damaged', 'wrong_item')) as fault_returns,
    count(*) filter (where reason = 'refused') as refused_returns,
    count(*) filter (where relief_claimed) as relief_returns,
    count(*) filter (
        where bar_code_matches = false
            or abs(found_weight_kg - declared_weight_kg) > declared_weight_kg / 10
    ) as mismatched_returns,
    count(arrived_at) as arrived_returns,
    cast(coalesce(sum(date_diff('day', event_day, cast(arrived_at as date))), 0) as bigint) as arrival_days
from known_return
where event_day between $from_day and $to_day
group by uscc, event_day
