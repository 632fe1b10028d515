-- Declared prices of like goods (R05): per enterprise, day, ten-digit code, statutory unit, origin and price step how
-- many lines there are and what they come to.
select
    uscc,
    event_day,
    hs_code,
    statutory_unit,
    origin_country,
    price_step,
    count(*) as lines,
    cast(sum(total_fen) as bigint) as total_fen
from line_price
group by uscc, event_day, hs_code, statutory_unit, origin_country, price_step
