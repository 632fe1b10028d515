-- Retail import lists whose order, payment and waybill do not agree (R01), one row per list: what is missing, by how
-- much the payments differ, whether another paid. The lists that agree are counted in rollup_customs alone.
select
    uscc,
    event_day,
    invt_no as document,
    value_fen,
    case when is_document_missing then 1 else 0 end as missing,
    coalesce(abs(paid_difference_fen), 0) as difference_fen,
    case when is_payer_other then 1 else 0 end as other_payers
from inventory_chain
where is_matchable and (is_document_missing or coalesce(paid_difference_fen, 0) <> 0 or is_payer_other)
