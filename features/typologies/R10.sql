-- R10 circular export (循环出口骗税): the same serial number or vehicle goes out again within again_days of coming back; or
-- refunds per kilogram far above those of like goods, together with receipts mostly from countries that the enterprise
-- does not export to. A bar code is no serial number.
with shipped as (
    select
        line.serial_no, entry.uscc, entry.entry_id, entry.event_day,
        cast(round(cast(line.line_total as double) * cast(entry.amount_cny as double)
            / case when entry.amount > 0 then cast(entry.amount as double) end * 100) as bigint) as value_fen
    from known_declaration_line as line
    join known_declaration as entry on entry.key_hash = line.declaration_hash
    where line.serial_no is not null and entry.direction = 'export' and entry.summary_of is null
    union all
    select vin, uscc, entry_id, cast(exited_at as date), 0
    from known_vehicle_export
    where exited_at is not null
),

gone as (
    select serial_no, uscc, entry_id, min(event_day) as event_day, max(coalesce(value_fen, 0)) as value_fen
    from shipped
    group by serial_no, uscc, entry_id
),

come_back as (
    select serial_no, cast(coalesce(arrived_at, applied_at) as date) as back_day
    from known_return
    where direction = 'export' and serial_no is not null
    union
    select line.serial_no, entry.event_day
    from known_declaration_line as line
    join known_declaration as entry on entry.key_hash = line.declaration_hash
    where line.serial_no is not null and entry.direction = 'import'
),

circle as (
    select distinct again.uscc, again.entry_id as document, again.serial_no, again.value_fen as weight
    from gone as again
    join come_back
        on come_back.serial_no = again.serial_no and come_back.back_day <= again.event_day
        and date_diff('day', come_back.back_day, again.event_day) <= $again_days
    join gone as first
        on first.serial_no = again.serial_no and first.entry_id <> again.entry_id
        and first.event_day <= come_back.back_day
    where again.event_day > $business_date - $window_days and again.event_day <= $business_date
),

circle_sum as (
    select uscc, count(distinct serial_no) as serials, cast(sum(weight) as bigint) as amount_fen
    from circle
    group by uscc
),

refund as (
    select
        refund.uscc, line.hs_code, refund.entry_id, cast(refund.refund_cny * 100 as bigint) as refund_fen,
        cast(line.net_weight_kg as double) as kilograms
    from known_tax_refund as refund
    join known_declaration_line as line
        on line.declaration_hash = refund.declaration_hash and line.line_no = refund.line_no
    where line.net_weight_kg > 0
        and refund.applied_on > $business_date - $receipts_window_days and refund.applied_on <= $business_date
),

usual as (
    select hs_code, median(refund_fen / kilograms) as fen_per_kilogram
    from refund
    group by hs_code
    having count(*) >= $reference_lines_min and count(distinct uscc) >= $reference_enterprises_min
),

dear as (
    select refund.uscc, refund.hs_code, sum(refund.refund_fen) as refund_fen
    from refund
    join usual on usual.hs_code = refund.hs_code
    group by refund.uscc, refund.hs_code, usual.fen_per_kilogram
    having sum(refund.refund_fen) / sum(refund.kilograms) > $refund_factor * usual.fen_per_kilogram
),

market as (
    select distinct uscc, country
    from known_declaration
    where direction = 'export' and country is not null
        and event_day > $business_date - $receipts_window_days - $lag_days and event_day <= $business_date
),

receipt as (
    select
        forex.uscc, count(*) as receipts, sum(cast(forex.amount_usd * 100 as bigint)) as cents,
        coalesce(sum(cast(forex.amount_usd * 100 as bigint)) filter (where market.uscc is null), 0) as third_cents
    from known_forex as forex
    left join market on market.uscc = forex.uscc and market.country = forex.counterparty_country
    where forex.direction = 'receipt' and forex.counterparty_country is not null
        and forex.event_day > $business_date - $receipts_window_days and forex.event_day <= $business_date
    group by forex.uscc
    having count(*) >= $n_min
),

fraud as (
    select
        dear.uscc, cast(sum(dear.refund_fen) as bigint) as amount_fen,
        max(receipt.third_cents / cast(receipt.cents as double)) as third_share, max(receipt.receipts) as receipts
    from dear
    join receipt on receipt.uscc = dear.uscc
    where receipt.third_cents > $third_country_share * receipt.cents
    group by dear.uscc
),

dear_entry as (
    select refund.uscc, refund.entry_id as document, sum(refund.refund_fen) as weight
    from refund
    join dear on dear.uscc = refund.uscc and dear.hs_code = refund.hs_code
    group by refund.uscc, refund.entry_id
)

select
    circle_sum.uscc,
    $business_date - $window_days + 1 as window_from,
    cast(circle_sum.serials as double) as value,
    0e0 as threshold,
    circle_sum.serials as n,
    'high' as severity,
    circle_sum.amount_fen,
    circle.document,
    circle.weight
from circle_sum
join circle on circle.uscc = circle_sum.uscc
union all
select
    fraud.uscc,
    $business_date - $receipts_window_days + 1,
    fraud.third_share,
    cast($third_country_share as double),
    fraud.receipts,
    'high',
    fraud.amount_fen,
    dear_entry.document,
    cast(dear_entry.weight as bigint)
from fraud
join dear_entry on dear_entry.uscc = fraud.uscc
