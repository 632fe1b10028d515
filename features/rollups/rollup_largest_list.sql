-- The three largest lists of each enterprise, day and direction: the documents that an alert about sums can name.
select
    uscc,
    event_day,
    direction,
    case when is_retail then 'retail' else 'business' end as kind,
    invt_no as document,
    value_fen
from inventory_chain
where not is_cancelled
qualify row_number() over (partition by uscc, event_day, direction, is_retail order by value_fen desc, invt_no) <= 3
