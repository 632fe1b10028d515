-- One row per purchase line ordered in [$from_day, $to_day]: its invoice, its supplier, and what the amount comes to at
-- the customs rate of its day against the yuan that were told. Fen.
select
    purchase.po_no,
    purchase.line_no,
    purchase.uscc,
    purchase.supplier_uscc,
    purchase.event_day,
    purchase.key_hash,
    purchase.sku,
    purchase.hs_code,
    cast(purchase.amount_cny * 100 as bigint) as value_fen,
    case
        when purchase.vat_invoice_no is not null then 'present'
        when purchase.event_day <= reach.judged_through then 'missing'
        else 'unknown'
    end as invoice_state,
    coalesce(purchase.invoice_status in ('red', 'void'), false) as is_reversed,
    cast(purchase.amount_cny * 100 as bigint) - cast(round(
        cast(purchase.amount * 100 as bigint)
        * case when purchase.currency = 'CNY' then 1e0 else own.cny_per_unit end
    ) as bigint) as rate_difference_fen
from known_procurement as purchase
left join day_rate as own on own.event_day = purchase.event_day and own.currency = purchase.currency
left join feed_reach as reach on reach.table_name = 'procurement'
where purchase.event_day between $from_day and $to_day
