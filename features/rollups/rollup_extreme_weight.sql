-- The two lightest and the two heaviest of each enterprise, day and group of like goods (R06): the documents an alert can
-- name.
with weighed as (
    -- Lines of one document that weigh and cost the same are one thing to name.
    select distinct uscc, event_day, hs_code, statutory_unit, weight_step, document, value_fen from line_weight
)

select
    uscc,
    event_day,
    hs_code,
    statutory_unit,
    weight_step,
    document,
    value_fen
from weighed
window
    lightest as (partition by uscc, event_day, hs_code, statutory_unit order by weight_step, document, value_fen),
    heaviest as (partition by uscc, event_day, hs_code, statutory_unit order by weight_step desc, document, value_fen)
qualify row_number() over lightest <= 2 or row_number() over heaviest <= 2
