-- Customs exchange rate of each day of the calendar and currency: that of the day's month, else of the latest month
-- before it.
with rate as (
    select
        currency,
        month as from_month,
        coalesce(lead(month) over (partition by currency order by month), '9999-12') as next_month,
        cny_per_unit
    from known_exchange_rate
)

select
    calendar.event_day,
    rate.currency,
    cast(rate.cny_per_unit as double) as cny_per_unit
from calendar
join rate
    on strftime(calendar.event_day, '%Y-%m') >= rate.from_month
    and strftime(calendar.event_day, '%Y-%m') < rate.next_month
