-- Returns summed per list, and how much of them counts as given back under the retail import rule: applied for within
-- $return_apply_days and arrived within $return_arrive_days of release, release being day 0, both ends inclusive.
select
    returned.inventory_hash,
    count(*) as returns,
    cast(sum(cast(returned.amount_cny * 100 as bigint)) as bigint) as returned_fen,
    cast(sum(case
        when date_diff('day', cast(list.released_at as date), returned.event_day) <= $return_apply_days
            and date_diff('day', cast(list.released_at as date), cast(returned.arrived_at as date))
            <= $return_arrive_days
            then cast(returned.amount_cny * 100 as bigint)
        else 0
    end) as bigint) as valid_return_fen,
    min(returned.refund_no) as first_return
from known_return as returned
join known_inventory as list on list.key_hash = returned.inventory_hash
where list.event_day between $from_day and $to_day
group by returned.inventory_hash
