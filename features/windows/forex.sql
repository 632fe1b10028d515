-- Receipts and payments over each window, in US dollars.
with received as (
    select
        rollup_remitter.uscc,
        window_length.window_days,
        rollup_remitter.counterparty_token,
        sum(rollup_remitter.receipts) as receipts,
        sum(rollup_remitter.receipt_cents) as receipt_cents
    from rollup_remitter
    join window_length
        on rollup_remitter.event_day > $business_date - window_length.window_days
        and rollup_remitter.event_day <= $business_date
    group by rollup_remitter.uscc, window_length.window_days, rollup_remitter.counterparty_token
),

remitter as (
    select
        uscc, window_days, count(*) as remitters, sum(receipts) as receipts,
        cast(sum(receipt_cents) as double) as receipt_cents,
        cast(max(receipt_cents) as double) as top_cents
    from received
    group by uscc, window_days
)

select
    grid.uscc,
    grid.window_days,
    coalesce(forex.receipt_cents, 0) / 100e0 as forex_receipts,
    coalesce(forex.payment_cents, 0) / 100e0 as forex_payments,
    forex.prepaid_cents
        / case when forex.receipt_cents + forex.payment_cents > 0 then forex.receipt_cents + forex.payment_cents end
        as prepaid_share,
    forex.netted_cents / case
        when forex.receipts >= $n_min and forex.receipt_cents + forex.netted_cents > 0
            then forex.receipt_cents + forex.netted_cents
    end as netted_fee_share,
    forex.receipts_without_document / case
        when forex.named_receipts >= $n_min and not lateness.are_lists_late and not lateness.are_declarations_late
            then forex.named_receipts
    end
        as receipt_without_document_share,
    forex.settlement_days / case when forex.dated_receipts >= $n_min then forex.dated_receipts end as settlement_days,
    due.settlements_missing / case
        when due.settlements_due >= $n_min and not lateness.is_forex_late then due.settlements_due
    end
        as unsettled_declaration_share,
    coalesce(remitter.remitters, 0) as distinct_remitters,
    case when remitter.receipts >= $n_min and remitter.receipt_cents > 0 then remitter.top_cents / remitter.receipt_cents end
        as top_remitter_share
from grid
cross join lateness
left join window_forex as forex on forex.uscc = grid.uscc and forex.window_days = grid.window_days
left join window_due as due on due.uscc = grid.uscc and due.window_days = grid.window_days
left join remitter on remitter.uscc = grid.uscc and remitter.window_days = grid.window_days
