-- Net weights of like goods (R06): per enterprise, day, ten-digit code, statutory unit and weight step how many lines
-- there are and what they come to.
select
    uscc,
    event_day,
    hs_code,
    statutory_unit,
    weight_step,
    count(*) as lines,
    cast(sum(value_fen) as bigint) as value_fen
from line_weight
group by uscc, event_day, hs_code, statutory_unit, weight_step
