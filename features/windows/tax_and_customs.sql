-- What was told to the tax office against what was told to customs, over each window.
select
    grid.uscc,
    grid.window_days,
    tax.filed_export_fen / case when customs.export_documents >= $n_min and customs.export_fen > 0 then customs.export_fen end
        as filed_to_declared_export,
    tax.refund_fen / case when customs.export_documents >= $n_min and customs.export_fen > 0 then customs.export_fen end
        as refund_to_export,
    tax.purchase_fen / case when customs.export_documents >= $n_min and customs.export_fen > 0 then customs.export_fen end
        as purchase_to_export
from grid
left join window_tax as tax on tax.uscc = grid.uscc and tax.window_days = grid.window_days
left join window_customs as customs on customs.uscc = grid.uscc and customs.window_days = grid.window_days
