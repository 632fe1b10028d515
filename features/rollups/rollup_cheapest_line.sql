-- The three cheapest lines of each enterprise, day and group of like goods (R05): the documents an alert can name.
select
    uscc,
    event_day,
    hs_code,
    statutory_unit,
    origin_country,
    price_step,
    document,
    line_no,
    total_fen
from line_price
qualify row_number() over (
    partition by uscc, event_day, hs_code, statutory_unit, origin_country order by price_step, document, line_no
) <= 3
