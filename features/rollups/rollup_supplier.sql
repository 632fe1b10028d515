-- Purchases per enterprise, registered supplier and day: the state behind the concentration of supply.
select
    uscc,
    supplier_uscc,
    event_day,
    count(*) as purchases,
    cast(sum(value_fen) as bigint) as purchase_fen
from purchase_chain
where supplier_uscc is not null
group by uscc, supplier_uscc, event_day
