-- Tax per enterprise and day. A filing counts on the day after it was due: only then can it be late. A refund counts
-- on the day it was applied for, a purchase on the day it was ordered.
with entry as (
    select
        uscc,
        event_day,
        1 as filings,
        case when is_late then 1 else 0 end as late_filings,
        case when filing_delay_days is not null then 1 else 0 end as filed_filings,
        case when filing_delay_days > 0 then filing_delay_days else 0 end as filing_delay_days,
        case when payable_fen > 0 then 1 else 0 end as payable_filings,
        case when is_payment_late then 1 else 0 end as late_payments,
        case when is_unpaid then payable_fen else 0 end as unpaid_fen,
        payable_fen,
        export_fen as filed_export_fen,
        domestic_fen as filed_domestic_fen,
        output_fen as output_tax_fen,
        input_fen as input_tax_fen,
        0 as refunds, 0 as refund_fen, 0 as suspended_refunds, 0 as recovered_refunds,
        0 as refunds_without_declaration, 0 as refunds_before_departure,
        0 as purchases, 0 as purchase_fen, 0 as uninvoiced_fen, 0 as void_invoices
    from filing_chain
    union all
    select
        uscc, event_day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        1,
        refund_fen,
        case when status = 'suspended' then 1 else 0 end,
        case when status = 'recovered' then 1 else 0 end,
        case when declaration_state <> 'present' then 1 else 0 end,
        case when is_before_departure then 1 else 0 end,
        0, 0, 0, 0
    from refund_chain
    union all
    select
        uscc, event_day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        1,
        value_fen,
        case when invoice_state <> 'present' then value_fen else 0 end,
        case when is_reversed then 1 else 0 end
    from purchase_chain
)

select
    uscc,
    event_day,
    cast(sum(filings) as bigint) as filings,
    cast(sum(late_filings) as bigint) as late_filings,
    cast(sum(filed_filings) as bigint) as filed_filings,
    cast(sum(filing_delay_days) as bigint) as filing_delay_days,
    cast(sum(payable_filings) as bigint) as payable_filings,
    cast(sum(late_payments) as bigint) as late_payments,
    cast(sum(unpaid_fen) as bigint) as unpaid_fen,
    cast(sum(payable_fen) as bigint) as payable_fen,
    cast(sum(filed_export_fen) as bigint) as filed_export_fen,
    cast(sum(filed_domestic_fen) as bigint) as filed_domestic_fen,
    cast(sum(output_tax_fen) as bigint) as output_tax_fen,
    cast(sum(input_tax_fen) as bigint) as input_tax_fen,
    cast(sum(refunds) as bigint) as refunds,
    cast(sum(refund_fen) as bigint) as refund_fen,
    cast(sum(suspended_refunds) as bigint) as suspended_refunds,
    cast(sum(recovered_refunds) as bigint) as recovered_refunds,
    cast(sum(refunds_without_declaration) as bigint) as refunds_without_declaration,
    cast(sum(refunds_before_departure) as bigint) as refunds_before_departure,
    cast(sum(purchases) as bigint) as purchases,
    cast(sum(purchase_fen) as bigint) as purchase_fen,
    cast(sum(uninvoiced_fen) as bigint) as uninvoiced_fen,
    cast(sum(void_invoices) as bigint) as void_invoices
from entry
group by uscc, event_day
