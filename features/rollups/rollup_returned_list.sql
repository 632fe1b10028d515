-- Lists that goods came back of, with the day of their release (R13): what a return's own row does not say.
select
    uscc,
    event_day,
    invt_no as document,
    cast(released_at as date) as released_day,
    value_fen
from inventory_chain
where returns > 0
