-- One row per return applied for in [$from_day, $to_day]: the document it goes back on, how long it took, and whether
-- the relief it claims is within the rule. Retail import: applied within $return_apply_days and arrived within
-- $return_arrive_days of release, release being day 0. Export: back within $export_return_months of the day it left, in
-- its original state, and no food. Empty where that cannot be told.
with back as (
    select * from known_return where event_day between $from_day and $to_day
),

joined as (
    select
        back.*,
        list.invt_no as list_no,
        declaration.entry_id as declaration_no,
        sold.order_no as sold_no,
        cast(list.released_at as date) as list_released_on,
        coalesce(
            cast(declaration.departed_at as date), cast(declaration.released_at as date), cast(list.released_at as date)
        ) as left_on,
        usd.cny_per_unit as cny_per_usd,
        list_reach.judged_through as list_judged_through
    from back
    left join known_inventory as list on list.key_hash = back.inventory_hash
    left join known_declaration as declaration on declaration.key_hash = back.declaration_hash
    left join known_order as sold on sold.key_hash = back.order_hash
    left join day_rate as usd on usd.event_day = back.event_day and usd.currency = 'USD'
    left join feed_reach as list_reach on list_reach.table_name = 'inventory'
)

select
    refund_no,
    uscc,
    event_day,
    key_hash,
    direction,
    reason,
    arrived_at,
    cast(amount_cny * 100 as bigint) as value_fen,
    cast(round(cast(amount_cny as double) * 100 / cny_per_usd) as bigint) as value_cents,
    case
        when list_no is not null or declaration_no is not null or sold_no is not null then 'present'
        when event_day <= list_judged_through then 'missing'
        else 'unknown'
    end as document_state,
    coalesce(relief_claimed, false) as is_relief_claimed,
    case
        when direction = 'import' and list_released_on is not null
            then date_diff('day', list_released_on, event_day) <= $return_apply_days
                and coalesce(date_diff('day', list_released_on, cast(arrived_at as date)) <= $return_arrive_days, true)
        when direction = 'export' and left_on is not null
            then coalesce(cast(arrived_at as date), event_day) <= left_on + to_months($export_return_months)
                and not coalesce(food, false) and coalesce(original_state, true)
    end as is_within_rule,
    date_diff('day', coalesce(list_released_on, left_on), event_day) as apply_days,
    date_diff('day', event_day, cast(arrived_at as date)) as arrival_days,
    coalesce(
        bar_code_matches = false or abs(found_weight_kg - declared_weight_kg) > declared_weight_kg / 10, false
    ) as is_mismatched,
    coalesce(list_no, declaration_no, platform_uscc || '/' || sold_no) as document
from joined
