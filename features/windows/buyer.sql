-- Distinct buyers, their concentration, and how many are new, over each window. One scan of the year's pairs of
-- enterprise and buyer serves all windows. A buyer is new when the first order of the last 365 days lies in the window.
with pair as (
    select
        uscc,
        buyer_token,
        min(event_day) as first_day,
        sum(case when event_day > $business_date - 30 then orders else 0 end) as orders_30,
        sum(case when event_day > $business_date - 90 then orders else 0 end) as orders_90,
        sum(orders) as orders_365,
        sum(case when event_day > $business_date - 30 then amount_fen else 0 end) as fen_30,
        sum(case when event_day > $business_date - 90 then amount_fen else 0 end) as fen_90
    from rollup_buyer
    where event_day > $business_date - 365 and event_day <= $business_date
    group by uscc, buyer_token
),

bought as (
    select uscc, 30 as window_days, first_day, orders_30 as orders, fen_30 as amount_fen from pair where orders_30 > 0
    union all
    select uscc, 90, first_day, orders_90, fen_90 from pair where orders_90 > 0
    union all
    -- How much of a year's value went to whom is not kept: its state would be as large as the year.
    select uscc, 365, first_day, orders_365, null from pair
),

summed as (
    select
        uscc,
        window_days,
        count(*) as buyers,
        sum(orders) as orders,
        cast(sum(amount_fen) as double) as amount_fen,
        cast(max(amount_fen) as double) as top_fen,
        -- Whole numbers: squares of doubles would add up differently in another order of rows.
        cast(sum(cast(amount_fen as decimal(38, 0)) * amount_fen) as double) as squares,
        count(*) filter (where orders = 1) as single_buyers,
        count(*) filter (where first_day > $business_date - window_days) as new_buyers
    from bought
    group by uscc, window_days
)

select
    grid.uscc,
    grid.window_days,
    coalesce(summed.buyers, 0) as distinct_buyers,
    case when summed.orders >= $n_min and summed.amount_fen > 0 then summed.top_fen / summed.amount_fen end
        as top_buyer_share,
    case
        when summed.orders >= $n_min and summed.amount_fen > 0
            then summed.squares / (summed.amount_fen * summed.amount_fen)
    end as buyer_concentration,
    case when summed.buyers >= $n_min then summed.single_buyers / summed.buyers end as single_order_buyer_share,
    case when summed.buyers >= $n_min then summed.new_buyers / summed.buyers end as new_buyer_share
from grid
left join summed on summed.uscc = grid.uscc and summed.window_days = grid.window_days
