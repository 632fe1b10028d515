-- The two lightest and the two heaviest of each enterprise, day and group of like goods (R06): the documents an alert can
-- name.
select
    uscc,
    event_day,
    hs_code,
    statutory_unit,
    weight_step,
    document,
    value_fen
from line_weight
qualify row_number() over (partition by uscc, event_day, hs_code, statutory_unit order by weight_step, document) <= 2
    or row_number() over (partition by uscc, event_day, hs_code, statutory_unit order by weight_step desc, document) <= 2
