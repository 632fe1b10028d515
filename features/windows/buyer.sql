-- Distinct buyers, their concentration, and how many are new, over each window. A buyer is new when the first order
-- known from this seller lies in the window.
with bought as (
    select
        rollup_buyer.uscc,
        window_length.window_days,
        rollup_buyer.buyer_token,
        sum(rollup_buyer.orders) as orders,
        sum(rollup_buyer.amount_fen) as amount_fen
    from rollup_buyer
    join window_length
        on rollup_buyer.event_day > $business_date - window_length.window_days
        and rollup_buyer.event_day <= $business_date
    group by rollup_buyer.uscc, window_length.window_days, rollup_buyer.buyer_token
),

first_bought as (
    select uscc, buyer_token, min(event_day) as first_day from rollup_buyer group by uscc, buyer_token
),

summed as (
    select
        bought.uscc,
        bought.window_days,
        count(*) as buyers,
        sum(bought.orders) as orders,
        cast(sum(bought.amount_fen) as double) as amount_fen,
        cast(max(bought.amount_fen) as double) as top_fen,
        -- Whole numbers: squares of doubles would add up differently in another order of rows.
        cast(sum(cast(bought.amount_fen as decimal(38, 0)) * bought.amount_fen) as double) as squares,
        count(*) filter (where bought.orders = 1) as single_buyers,
        count(*) filter (where first_bought.first_day > $business_date - bought.window_days) as new_buyers
    from bought
    join first_bought on first_bought.uscc = bought.uscc and first_bought.buyer_token = bought.buyer_token
    group by bought.uscc, bought.window_days
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
