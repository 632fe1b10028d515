-- Tax per enterprise and day. A filing counts on the day after it was due: only then can it be late. A refund counts
-- on the day it was applied for, a purchase on the day it was ordered.
with entry as (
    select
        uscc,
        due_on + 1 as event_day,
        1 as filings,
        case when filed_on is null or filed_on > due_on then 1 else 0 end as late_filings,
        case when payable_cny > 0 then 1 else 0 end as payable_filings,
        case when payable_cny > 0 and (paid_on is null or paid_on > due_on) then 1 else 0 end as late_payments,
        cast(case when payable_cny > 0 and paid_on is null then payable_cny else 0 end * 100 as bigint) as unpaid_fen,
        cast(payable_cny * 100 as bigint) as payable_fen,
        cast(coalesce(export_sales_cny, 0) * 100 as bigint) as filed_export_fen,
        cast(coalesce(domestic_sales_cny, 0) * 100 as bigint) as filed_domestic_fen,
        cast(coalesce(output_tax_cny, 0) * 100 as bigint) as output_tax_fen,
        cast(coalesce(input_tax_cny, 0) * 100 as bigint) as input_tax_fen,
        0 as refunds, 0 as refund_fen, 0 as suspended_refunds, 0 as recovered_refunds,
        0 as purchases, 0 as purchase_fen, 0 as uninvoiced_fen, 0 as void_invoices
    from known_tax_filing
    union all
    select
        uscc, applied_on, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        1,
        cast(refund_cny * 100 as bigint),
        case when status = 'suspended' then 1 else 0 end,
        case when status = 'recovered' then 1 else 0 end,
        0, 0, 0, 0
    from known_tax_refund
    union all
    select
        uscc, event_day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        1,
        cast(amount_cny * 100 as bigint),
        cast(case when vat_invoice_no is null then amount_cny else 0 end * 100 as bigint),
        case when invoice_status in ('red', 'void') then 1 else 0 end
    from known_procurement
)

select
    uscc,
    event_day,
    cast(sum(filings) as bigint) as filings,
    cast(sum(late_filings) as bigint) as late_filings,
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
    cast(sum(purchases) as bigint) as purchases,
    cast(sum(purchase_fen) as bigint) as purchase_fen,
    cast(sum(uninvoiced_fen) as bigint) as uninvoiced_fen,
    cast(sum(void_invoices) as bigint) as void_invoices
from entry
where event_day between $from_day and $to_day
group by uscc, event_day
