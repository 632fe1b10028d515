-- One row per inventory list declared in [$from_day, $to_day]: the documents it leans on, what is there, what is
-- missing, what disagrees and by how much. Amounts in hundredths (fen), spans in seconds.
--
-- A stage is present, missing, or unknown: unknown while the feeds of that day have not arrived.
with list as (
    select * from known_inventory where event_day between $from_day and $to_day
),

joined as (
    select
        list.invt_no,
        list.uscc,
        list.platform_uscc,
        list.agent_uscc,
        list.event_day,
        list.declared_at,
        list.direction,
        list.mode,
        list.key_hash,
        list.order_hash,
        list.waybill_hash,
        list.buyer_token,
        list.consignee_phone_token,
        list.address_token,
        list.mode in ('9610', '1210', '1239') as is_retail,
        list.cancelled_at is not null as is_cancelled,
        coalesce(list.indivisible, false) as is_indivisible,
        cast(list.declared_value_cny * 100 as bigint) as value_fen,
        cast(coalesce(list.tax_cny, 0) * 100 as bigint) as tax_fen,
        list.released_at,
        usd.cny_per_unit as cny_per_usd,
        case
            when list.currency = 'CNY' then 1e0
            else coalesce(
                own.cny_per_unit,
                cast(list.declared_value_cny as double)
                    / case when list.declared_value > 0 then cast(list.declared_value as double) end
            )
        end as cny_per_unit,
        case
            when sold.key_hash is not null then 'present'
            when complete_day.event_day is null then 'unknown'
            else 'missing'
        end as order_state,
        case
            when paid.order_hash is not null then 'present'
            when complete_day.event_day is null then 'unknown'
            else 'missing'
        end as payment_state,
        case
            when sent.key_hash is not null then 'present'
            when complete_day.event_day is null then 'unknown'
            else 'missing'
        end as waybill_state,
        complete_day.event_day is not null as is_complete_day,
        case
            when sold.currency = paid.currency then cast(sold.actual_paid * 100 as bigint) - paid.paid_fen
        end as paid_difference_fen,
        coalesce(
            sold.buyer_token <> paid.first_payer_token or sold.buyer_token <> paid.last_payer_token, false
        ) as is_payer_other,
        date_diff('second', sold.ordered_at, list.declared_at) as order_to_declaration_seconds,
        date_diff('second', list.declared_at, list.released_at) as release_seconds,
        track.scans,
        track.signed_at,
        coalesce(track.signed_at < list.released_at, false) as is_signed_before_release,
        coalesce(document_inspection.inspections, 0) as inspections,
        coalesce(document_inspection.findings, 0) as findings,
        coalesce(document_return.returns, 0) as returns,
        coalesce(document_return.returned_fen, 0) as returned_fen,
        coalesce(document_return.valid_return_fen, 0) as valid_return_fen
    from list
    left join known_order as sold on sold.key_hash = list.order_hash
    left join order_payment as paid on paid.order_hash = list.order_hash
    left join known_waybill as sent on sent.key_hash = list.waybill_hash
    left join track on track.waybill_hash = list.waybill_hash
    left join complete_day on complete_day.event_day = list.event_day
    left join document_return on document_return.inventory_hash = list.key_hash
    left join document_inspection
        on document_inspection.document_type = 'inventory' and document_inspection.document_no = list.invt_no
    left join day_rate as usd on usd.event_day = list.event_day and usd.currency = 'USD'
    left join day_rate as own on own.event_day = list.event_day and own.currency = list.currency
)

select
    *,
    -- Whether the three documents of a retail import list can be judged, and whether they agree but for the amount.
    direction = 'import' and is_retail and not is_cancelled and is_complete_day as is_matchable,
    order_state = 'missing' or payment_state = 'missing' or waybill_state = 'missing' as is_document_missing,
    cast(round(value_fen / cny_per_usd) as bigint) as value_cents
from joined
