-- Filings, refunds and purchases over each window.
select
    grid.uscc,
    grid.window_days,
    coalesce(tax.filings, 0) as tax_filings,
    coalesce(tax.late_filings, 0) as late_filings,
    tax.late_filings / case when tax.filings >= $n_min then tax.filings end as late_filing_share,
    tax.filing_delay_days / case when tax.filed_filings >= $n_min then tax.filed_filings end as filing_delay_days,
    coalesce(tax.late_payments, 0) as late_tax_payments,
    coalesce(tax.unpaid_fen, 0) / 100e0 as unpaid_tax,
    tax.unpaid_fen / case when tax.payable_fen > 0 then tax.payable_fen end as unpaid_tax_ratio,
    tax.input_tax_fen / case when tax.output_tax_fen > 0 then tax.output_tax_fen end as input_to_output_tax,
    coalesce(tax.refund_fen, 0) / 100e0 as export_refund,
    coalesce(tax.recovered_refunds, 0) as recovered_refunds,
    case when not lateness.are_declarations_late then coalesce(tax.refunds_without_declaration, 0) end
        as refunds_without_declaration,
    coalesce(tax.refunds_before_departure, 0) as refunds_before_departure,
    tax.suspended_refunds / case when tax.refunds >= $n_min then tax.refunds end as suspended_refund_share,
    tax.uninvoiced_fen / case when tax.purchases >= $n_min and tax.purchase_fen > 0 then tax.purchase_fen end
        as uninvoiced_purchase_share,
    coalesce(tax.void_invoices, 0) as void_invoices
from grid
cross join lateness
left join window_tax as tax on tax.uscc = grid.uscc and tax.window_days = grid.window_days
