-- Customs exchange rate of each day and currency: that of the day's month, else of the latest month before it.
with rate as (
    select
        currency,
        month as from_month,
        coalesce(lead(month) over (partition by currency order by month), '9999-12') as next_month,
        cny_per_unit
    from known_exchange_rate
),

trade_day as (
    select event_day from known_inventory where event_day between $from_day and $to_day
    union
    select event_day from known_declaration where event_day between $from_day and $to_day
    union
    select event_day from known_return where event_day between $from_day and $to_day
    union
    select event_day from known_order where event_day between $from_day - 30 and $to_day
    union
    select event_day from known_procurement where event_day between $from_day and $to_day
)

select
    trade_day.event_day,
    rate.currency,
    cast(rate.cny_per_unit as double) as cny_per_unit
from trade_day
join rate
    on strftime(trade_day.event_day, '%Y-%m') >= rate.from_month
    and strftime(trade_day.event_day, '%Y-%m') < rate.next_month
