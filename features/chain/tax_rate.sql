-- The tax that a retail import owes within the limit of a single purchase, per code and span of days, in millionths:
-- (consumption + VAT) / (1 - consumption) at the reduced share. Of two rates that hold on one day the later one was meant
-- to, so spans begin wherever a rate begins or ends.
with rate as (
    select
        hs_code,
        valid_from,
        coalesce(valid_to, date '9999-12-30') as valid_to,
        cast(round(
            cast(consumption_rate + vat_rate as double) / cast(1 - consumption_rate as double)
            * $retail_tax_percent * 10000
        ) as bigint) as millionths
    from known_hs_rate
    where consumption_rate < 1
),

border as (
    select hs_code, valid_from as from_day from rate
    union
    select hs_code, valid_to + 1 from rate
),

span as (
    select
        hs_code,
        from_day,
        coalesce(lead(from_day) over (partition by hs_code order by from_day) - 1, date '9999-12-31') as to_day
    from border
)

select span.hs_code, span.from_day, span.to_day, max_by(rate.millionths, rate.valid_from) as millionths
from span
join rate on rate.hs_code = span.hs_code and span.from_day between rate.valid_from and rate.valid_to
group by span.hs_code, span.from_day, span.to_day
