-- What a bank is shown of one enterprise by its consent (domain pack, 5.5): totals of the year to D, from kept rollups
-- alone. No buyer and no remitter is named: of them only the share of the five largest is told.
with day as (
    select
        event_day,
        documents,
        export_fen,
        import_fen,
        export_cents,
        matchable_lists,
        unmatched_lists
    from rollup_customs
    where uscc = $uscc and event_day > $business_date - 365 and event_day <= $business_date
),

customs as (
    select
        coalesce(sum(documents), 0) as documents,
        coalesce(sum(export_fen), 0) as export_fen,
        coalesce(sum(import_fen), 0) as import_fen,
        coalesce(sum(export_cents), 0) as export_cents,
        coalesce(sum(matchable_lists), 0) as matchable_lists,
        coalesce(sum(unmatched_lists), 0) as unmatched_lists
    from day
),

orders as (
    select coalesce(sum(orders), 0) as orders, coalesce(sum(order_fen), 0) as order_fen
    from rollup_logistics
    where uscc = $uscc and event_day > $business_date - 365 and event_day <= $business_date
),

receipts as (
    select
        coalesce(sum(receipt_cents + netted_cents), 0) as receipt_cents,
        coalesce(sum(payment_cents), 0) as payment_cents
    from rollup_forex
    where uscc = $uscc and event_day > $business_date - 365 and event_day <= $business_date
),

refunds as (
    select coalesce(sum(refund_fen), 0) as refund_fen
    from rollup_tax
    where uscc = $uscc and event_day > $business_date - 365 and event_day <= $business_date
),

returned as (
    select coalesce(sum(returns), 0) as returns, coalesce(sum(return_fen), 0) as return_fen
    from rollup_return
    where uscc = $uscc and event_day > $business_date - 365 and event_day <= $business_date
),

buyer as (
    select amount_fen, row_number() over (order by amount_fen desc, buyer_token) as place
    from (
        select buyer_token, sum(amount_fen) as amount_fen
        from rollup_buyer
        where uscc = $uscc and event_day > $business_date - 365 and event_day <= $business_date
        group by buyer_token
    ) as bought
),

buyers as (
    select coalesce(sum(amount_fen), 0) as all_fen, coalesce(sum(amount_fen) filter (where place <= 5), 0) as top_fen
    from buyer
),

remitter as (
    select receipt_cents, row_number() over (order by receipt_cents desc, counterparty_token) as place
    from (
        select counterparty_token, sum(receipt_cents) as receipt_cents
        from rollup_remitter
        where uscc = $uscc and event_day > $business_date - 365 and event_day <= $business_date
        group by counterparty_token
    ) as remitted
),

remitters as (
    select
        coalesce(sum(receipt_cents), 0) as all_cents,
        coalesce(sum(receipt_cents) filter (where place <= 5), 0) as top_cents
    from remitter
),

-- Receipts pay the oldest exports first: what is outstanding are the latest, as far back as the difference reaches.
export_day as (
    select
        event_day,
        export_cents,
        sum(export_cents) over (order by event_day desc rows between unbounded preceding and current row)
            - export_cents as later_cents
    from day
    where export_cents > 0
),

outstanding as (
    select
        export_day.event_day,
        least(
            export_day.export_cents,
            greatest(customs.export_cents - receipts.receipt_cents - export_day.later_cents, 0)
        ) as open_cents
    from export_day
    cross join customs
    cross join receipts
),

receivable as (
    select
        coalesce(sum(open_cents), 0) as open_cents,
        sum(open_cents * date_diff('day', event_day, $business_date)) as cents_days
    from outstanding
),

bonded as (
    select coalesce(sum(in_fen - out_fen), 0) as stock_fen
    from rollup_stock
    where uscc = $uscc and warehouse_kind = 'bonded' and event_day <= $business_date
)

select
    cast(customs.documents as bigint) as customs_documents,
    cast(customs.export_fen as bigint) as export_fen,
    cast(customs.import_fen as bigint) as import_fen,
    cast(customs.matchable_lists as bigint) as matchable_lists,
    cast(customs.unmatched_lists as bigint) as unmatched_lists,
    cast(orders.orders as bigint) as orders,
    cast(orders.order_fen as bigint) as order_fen,
    cast(receipts.receipt_cents as bigint) as receipt_cents,
    cast(receipts.payment_cents as bigint) as payment_cents,
    cast(refunds.refund_fen as bigint) as refund_fen,
    cast(returned.returns as bigint) as returns,
    cast(returned.return_fen as bigint) as return_fen,
    cast(buyers.all_fen as bigint) as buyers_fen,
    cast(buyers.top_fen as bigint) as top_buyers_fen,
    cast(remitters.all_cents as bigint) as remitters_cents,
    cast(remitters.top_cents as bigint) as top_remitters_cents,
    cast(receivable.open_cents as bigint) as receivable_cents,
    cast(receivable.cents_days as bigint) as receivable_cents_days,
    cast(greatest(bonded.stock_fen, 0) as bigint) as bonded_stock_fen
from customs
cross join orders
cross join receipts
cross join refunds
cross join returned
cross join buyers
cross join remitters
cross join receivable
cross join bonded
