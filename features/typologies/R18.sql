-- R18 barter mismatch (易货不对等): contracts due whose delivered legs differ in value, net of cash settlement; contracts of
-- which one side alone was delivered long ago; contracts paid in money instead of goods.
with contract as (
    select
        contract_no,
        min(uscc) as uscc,
        coalesce(sum(cast(value_cny * 100 as bigint)) filter (
            where direction = 'out' and delivered_on <= $business_date
        ), 0) as out_fen,
        coalesce(sum(cast(value_cny * 100 as bigint)) filter (
            where direction = 'in' and delivered_on <= $business_date
        ), 0) as in_fen,
        coalesce(sum(cast(value_cny * 100 as bigint)) filter (where direction = 'out'), 0) as agreed_out_fen,
        coalesce(sum(cast(value_cny * 100 as bigint)) filter (where direction = 'in'), 0) as agreed_in_fen,
        coalesce(sum(cast(cash_settled_cny * 100 as bigint)), 0) as cash_fen,
        max(due_on) as due_on,
        min(delivered_on) as first_delivered_on
    from known_barter_leg
    group by contract_no
),

watched as (
    select
        *,
        greatest(out_fen, in_fen) as larger_fen,
        greatest(agreed_out_fen, agreed_in_fen) as contract_fen
    from contract
    where due_on > $business_date - $window_days and coalesce(first_delivered_on, due_on) <= $business_date
),

found as (
    select
        uscc, 'difference' as sign, contract_no, abs(out_fen - in_fen) - cash_fen as weight,
        (abs(out_fen - in_fen) - cash_fen) / cast(larger_fen as double) as value
    from watched
    where due_on <= $business_date and larger_fen > 0 and $is_barter_leg_alive
        and abs(out_fen - in_fen) - cash_fen > $difference_share * larger_fen
    union all
    select
        uscc, 'single', contract_no, larger_fen, date_diff('day', first_delivered_on, $business_date)
    from watched
    where (out_fen > 0) <> (in_fen > 0) and $is_barter_leg_alive
        and date_diff('day', first_delivered_on, $business_date) > $single_leg_days
        and larger_fen - cash_fen > $difference_share * larger_fen
    union all
    select uscc, 'cash', contract_no, cash_fen, cash_fen / cast(contract_fen as double)
    from watched
    where contract_fen > 0 and cash_fen > $cash_share * contract_fen
),

measured as (
    select uscc, sign, max(value) as value, count(*) as n, cast(sum(weight) as bigint) as amount_fen
    from found
    group by uscc, sign
)

select
    measured.uscc,
    $business_date - $window_days + 1 as window_from,
    cast(measured.value as double) as value,
    cast(case measured.sign
        when 'difference' then $difference_share
        when 'single' then $single_leg_days
        else $cash_share
    end as double) as threshold,
    measured.n,
    'medium' as severity,
    measured.amount_fen,
    found.contract_no as document,
    found.weight
from measured
join found on found.uscc = measured.uscc and found.sign = measured.sign
