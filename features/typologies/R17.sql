-- R17 abuse of border residents' trade (边民互市). A resident over the limit of a day, which is a hard fact; one device that
-- books for too many residents on a day; a resident who trades on too many days of a month; a processor that sells more of
-- a good than residents brought. The alert goes to the processor, else to the cooperative, that took part.
with trade as (
    select
        trade_no, resident_token, device_token, coalesce(processor_uscc, cooperative_uscc) as uscc, traded_on, hs_code,
        cast(quantity * 100000 as bigint) as units, cast(value_cny * 100 as bigint) as value_fen
    from known_border_trade
    where traded_on > $business_date - $input_window_days and traded_on <= $business_date
),

recent as (
    select * from trade where traded_on > $business_date - $window_days
),

resident_day as (
    select resident_token, traded_on, sum(value_fen) as value_fen
    from recent
    group by resident_token, traded_on
    having sum(value_fen) > $resident_day_limit_fen
),

device_day as (
    select device_token, traded_on, count(distinct resident_token) as residents
    from recent
    where device_token is not null
    group by device_token, traded_on
    having count(distinct resident_token) > $residents_per_device_max
),

resident_month as (
    select resident_token, count(distinct traded_on) as days
    from recent
    group by resident_token
    having count(distinct traded_on) > $trade_days_max
),

input as (
    select uscc, hs_code, sum(units) as units, count(*) as trades
    from trade
    where uscc is not null and hs_code is not null
    group by uscc, hs_code
),

sale as (
    select uscc, hs_code, sum(units_out) as units
    from rollup_stock
    where event_day > $business_date - $input_window_days and event_day <= $business_date
    group by uscc, hs_code
    having sum(units_out) > 0
),

oversold as (
    select input.uscc, input.hs_code, input.trades, input.units / cast(sale.units as double) as share
    from input
    join sale on sale.uscc = input.uscc and sale.hs_code = input.hs_code
    where input.trades >= $n_min and input.units < $input_share * sale.units and $is_border_trade_alive
),

found as (
    select recent.uscc, 'limit' as sign, recent.trade_no, recent.value_fen,
        resident_day.value_fen / 100e0 as value
    from recent
    join resident_day
        on resident_day.resident_token = recent.resident_token and resident_day.traded_on = recent.traded_on
    union all
    select recent.uscc, 'device', recent.trade_no, recent.value_fen, device_day.residents
    from recent
    join device_day on device_day.device_token = recent.device_token and device_day.traded_on = recent.traded_on
    union all
    select recent.uscc, 'days', recent.trade_no, recent.value_fen, resident_month.days
    from recent
    join resident_month on resident_month.resident_token = recent.resident_token
    union all
    select trade.uscc, 'input', trade.trade_no, trade.value_fen, oversold.share
    from trade
    join oversold on oversold.uscc = trade.uscc and oversold.hs_code = trade.hs_code
),

measured as (
    select
        uscc, sign, case when sign = 'input' then min(value) else max(value) end as value, count(*) as n,
        cast(sum(value_fen) as bigint) as amount_fen
    from found
    where uscc is not null
    group by uscc, sign
)

select
    measured.uscc,
    $business_date - case when measured.sign = 'input' then $input_window_days else $window_days end + 1
        as window_from,
    measured.value,
    cast(case measured.sign
        when 'limit' then $resident_day_limit_fen / 100e0
        when 'device' then $residents_per_device_max
        when 'days' then $trade_days_max
        else $input_share
    end as double) as threshold,
    measured.n,
    'high' as severity,
    measured.amount_fen,
    found.trade_no as document,
    found.value_fen as weight
from measured
join found on found.uscc = measured.uscc and found.sign = measured.sign
