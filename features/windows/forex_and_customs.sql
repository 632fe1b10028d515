-- Money against goods over each window (domain pack, section 3.3). Barter legs and summary declarations are left out;
-- empty while a document of the window has no known rate into dollars.
with flow as (
    select
        grid.uscc,
        grid.window_days,
        coalesce(customs.export_cents, 0) as exports,
        coalesce(customs.import_cents, 0) as imports,
        coalesce(customs.unconverted_documents, 0) as unconverted,
        coalesce(forex.receipt_cents, 0) + coalesce(forex.netted_cents, 0) as receipts,
        coalesce(forex.payment_cents, 0) as payments,
        coalesce(customs.documents, 0) as documents
    from grid
    left join window_customs as customs on customs.uscc = grid.uscc and customs.window_days = grid.window_days
    left join window_forex as forex on forex.uscc = grid.uscc and forex.window_days = grid.window_days
)

select
    uscc,
    window_days,
    case when documents >= $n_min and unconverted = 0 and exports > 0 then receipts / exports end as receipt_to_export,
    case
        when documents >= $n_min and unconverted = 0 and imports + exports > 0
            then (receipts + payments) / (imports + exports)
    end as fund_goods_ratio,
    case
        when documents >= $n_min and unconverted = 0 and imports + exports + receipts + payments > 0
            then (imports + receipts - exports - payments) / (imports + exports + receipts + payments)
    end as fund_goods_difference
from flow
