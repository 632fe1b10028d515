-- R15 overseas warehouse unsold or unsettled (海外仓滞销未核销), mode 9810. A consignment that left long ago and of which
-- little is sold; an export refund in advance that is still unsettled after 30 April of the year behind it, which is a hard
-- fact; receipts of a year far under what was sold in the year that ended lag_days earlier. What is sold without
-- naming its consignment came out of what went first into the warehouse, article by article.
with placed as (
    select
        uscc, sku, entry_id,
        min(event_day) filter (where units_in > 0) as in_day,
        cast(sum(units_in) as double) as units,
        cast(sum(in_fen) as double) as in_fen,
        cast(least(sum(units_out), sum(units_in)) as double) as named_units
    from rollup_stock
    where warehouse_kind = 'overseas' and entry_id is not null and event_day <= $business_date
    group by uscc, sku, entry_id
    having sum(units_in) > 0
),

sold as (
    select uscc, sku, cast(sum(units_out) as double) as units
    from rollup_stock
    where warehouse_kind = 'overseas' and entry_id is null and event_day <= $business_date
    group by uscc, sku
),

queued as (
    select
        placed.*,
        coalesce(sum(placed.units - placed.named_units) over (
            partition by placed.uscc, placed.sku order by placed.in_day, placed.entry_id
            rows between unbounded preceding and 1 preceding
        ), 0) as units_before,
        coalesce(sold.units, 0) as units_sold
    from placed
    left join sold on sold.uscc = placed.uscc and sold.sku = placed.sku
),

consignment as (
    select
        queued.uscc, queued.entry_id, sum(queued.in_fen) as in_fen,
        sum(queued.in_fen * (
            queued.named_units
            + least(greatest(queued.units_sold - queued.units_before, 0), queued.units - queued.named_units)
        ) / queued.units) as sold_fen
    from queued
    group by queued.uscc, queued.entry_id
),

unsold as (
    select
        consignment.uscc, consignment.entry_id as document, consignment.sold_fen / consignment.in_fen as share,
        cast(round(consignment.in_fen - consignment.sold_fen) as bigint) as weight
    from consignment
    join known_declaration as entry on entry.entry_id = consignment.entry_id
    where entry.mode = '9810' and consignment.in_fen > 0 and $is_warehouse_movement_alive
        and cast(entry.departed_at as date) < $business_date - $unsold_days
        and cast(entry.departed_at as date) > $business_date - $unsold_days - $receipts_window_days
        and consignment.sold_fen < $sold_share * consignment.in_fen
),

unsettled as (
    select uscc, refund_batch_no || '/' || entry_id || '/' || line_no as document,
        cast(refund_cny * 100 as bigint) as weight
    from known_tax_refund
    where business_type = 'HWC-YT' and settled_on is null and status in ('applied', 'paid')
        and applied_on <= $business_date and $is_tax_refund_alive
        and (year($business_date) * 100 + month($business_date)) * 100 + day($business_date)
        > ((year(applied_on) + 1) * 100 + $settle_month) * 100 + $settle_day
),

month_rate as (
    select
        month as from_month,
        coalesce(lead(month) over (order by month), '9999-12') as next_month,
        cast(cny_per_unit as double) as cny_per_usd
    from known_exchange_rate
    where currency = 'USD'
),

sold_abroad as (
    select
        stock.uscc, sum(stock.out_fen / month_rate.cny_per_usd) as cents, sum(stock.movements_out) as movements,
        sum(stock.out_fen) as out_fen
    from rollup_stock as stock
    join month_rate
        on strftime(stock.event_day, '%Y-%m') >= month_rate.from_month
        and strftime(stock.event_day, '%Y-%m') < month_rate.next_month
    where stock.warehouse_kind = 'overseas' and stock.out_fen > 0
        and stock.event_day > $business_date - $lag_days - $receipts_window_days
        and stock.event_day <= $business_date - $lag_days
    group by stock.uscc
),

received as (
    select uscc, sum(receipt_cents) + sum(netted_cents) as cents, sum(receipts) as receipts
    from rollup_forex
    where event_day > $business_date - $receipts_window_days and event_day <= $business_date
    group by uscc
),

unpaid as (
    select
        sold_abroad.uscc, coalesce(received.cents, 0) / sold_abroad.cents as value,
        sold_abroad.movements + coalesce(received.receipts, 0) as n, sold_abroad.out_fen
    from sold_abroad
    left join received on received.uscc = sold_abroad.uscc
    where $is_forex_alive and coalesce(received.cents, 0) < $receipt_share * sold_abroad.cents
        and sold_abroad.movements + coalesce(received.receipts, 0) >= $n_min
),

found as (
    select uscc, 'unsold' as sign, document, weight from unsold
    union all
    select uscc, 'unsettled', document, weight from unsettled
    union all
    select unpaid.uscc, 'unpaid', entry.entry_id, cast(entry.amount_cny * 100 as bigint)
    from unpaid
    join known_declaration as entry
        on entry.uscc = unpaid.uscc and entry.mode = '9810' and entry.direction = 'export'
        and entry.event_day > $business_date - $lag_days - $receipts_window_days
),

measured as (
    select uscc, 'unsold' as sign, min(share) as value, $sold_share as threshold, count(*) as n, 'medium' as severity,
        cast(sum(weight) as bigint) as amount_fen
    from unsold
    group by uscc
    union all
    select uscc, 'unsettled', count(*), 0, count(*), 'high', cast(sum(weight) as bigint) from unsettled group by uscc
    union all
    select uscc, 'unpaid', value, $receipt_share, cast(n as bigint), 'medium',
        cast(round((1 - value) * out_fen) as bigint)
    from unpaid
)

select
    measured.uscc,
    $business_date - $receipts_window_days + 1 as window_from,
    cast(measured.value as double) as value,
    cast(measured.threshold as double) as threshold,
    measured.n,
    measured.severity,
    measured.amount_fen,
    found.document,
    found.weight
from measured
left join found on found.uscc = measured.uscc and found.sign = measured.sign
