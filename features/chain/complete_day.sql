-- Days on which the order, payment and waybill feeds have all arrived, one row per day that any of them speaks of.
-- A day is complete when all three have rows on it and none of them has a hole in the three days before: a hole is a
-- day on which a feed is silent although it had begun and a sister feed speaks. Documents are usually filed within
-- three days of the order, so a hole there would make honest lists look as if their papers were missing.
with spoken as (
    select
        event_day,
        case when table_name = 'order' then 1 else 0 end as has_order,
        case when table_name = 'payment' then 1 else 0 end as has_payment,
        case when table_name = 'waybill' then 1 else 0 end as has_waybill
    from rollup_spoken
),

by_day as (
    select
        event_day,
        date_diff('day', date '2000-01-01', event_day) as day_number,
        max(has_order) as has_order,
        max(has_payment) as has_payment,
        max(has_waybill) as has_waybill
    from spoken
    group by event_day
),

begun as (
    select
        *,
        coalesce(max(has_order) over earlier, 0) as order_begun,
        coalesce(max(has_payment) over earlier, 0) as payment_begun,
        coalesce(max(has_waybill) over earlier, 0) as waybill_begun
    from by_day
    window earlier as (order by day_number rows between unbounded preceding and 1 preceding)
),

holes as (
    select
        event_day,
        day_number,
        has_order * has_payment * has_waybill as is_whole,
        case
            when has_order < order_begun or has_payment < payment_begun or has_waybill < waybill_begun then 1 else 0
        end as is_hole
    from begun
),

judged as (
    select
        event_day,
        is_whole,
        coalesce(max(is_hole) over (order by day_number range between 3 preceding and 1 preceding), 0) as hole_before
    from holes
)

select event_day from judged where is_whole = 1 and hole_before = 0
