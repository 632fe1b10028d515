-- One row per inventory list declared in [$from_day, $to_day]: the documents it leans on, what is there, what is
-- missing, what disagrees and by how much, and what happened out of turn. Amounts in hundredths (fen), spans in seconds.
-- Several lists may share an order or a waybill, several payments, movements, receipts and returns a list: each side is
-- summed before it is joined.
--
-- A stage is present, missing, unknown or not_due: unknown while the feed has not reached that day, not_due where the
-- list needs no such document or is not that far.
with list as (
    select * from known_inventory where event_day between $from_day and $to_day
),

joined as (
    select
        list.invt_no,
        list.uscc,
        list.platform_uscc,
        list.agent_uscc,
        list.carrier_uscc,
        list.order_no,
        list.logistics_no,
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
        list.tax_cny is not null as is_tax_told,
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
        case
            when movement.document_hash is not null then 'present'
            when list.mode not in ('1210', '1239') or list.direction <> 'import' or list.cancelled_at is not null
                or list.released_at is null then 'not_due'
            when cast(list.released_at as date) <= warehouse_reach.judged_through then 'missing'
            else 'unknown'
        end as warehouse_state,
        case
            when settlement.document_hash is not null then 'present'
            when list.direction <> 'export' or list.cancelled_at is not null then 'not_due'
            when list.event_day <= forex_reach.judged_through - $settlement_days then 'missing'
            else 'unknown'
        end as settlement_state,
        complete_day.event_day is not null as is_complete_day,
        case
            when sold.currency = paid.currency then cast(sold.actual_paid * 100 as bigint) - paid.paid_fen
        end as paid_difference_fen,
        coalesce(
            sold.buyer_token <> paid.first_payer_token or sold.buyer_token <> paid.last_payer_token, false
        ) as is_payer_other,
        coalesce(list.declared_at < sold.ordered_at, false) as is_declared_before_order,
        coalesce(list.declared_at < paid.first_paid_at, false) as is_declared_before_payment,
        date_diff('second', sold.ordered_at, list.declared_at) as order_to_declaration_seconds,
        date_diff('second', list.declared_at, list.released_at) as release_seconds,
        coalesce(line.lines, 0) as lines,
        cast(list.declared_value * 100 as bigint) - line.lines_fen as line_difference_fen,
        case
            when line.lines_fen > 0 and list.direction = 'import'
                and list.declared_value_cny <= $retail_single_limit_cny
                then cast(round(
                    cast(list.declared_value_cny * 100 as bigint) * coalesce(
                        line.weighted_millionths, cast(line.lines_fen * tax_rate.millionths as double)
                    ) / line.lines_fen / 1000000
                ) as bigint)
        end as expected_tax_fen,
        track.scans,
        track.signed_at,
        coalesce(track.signed_at < list.released_at, false) as is_signed_before_release,
        movement.first_out_at,
        coalesce(movement.first_out_at < list.released_at, false) as is_out_before_release,
        coalesce(settlement.gross_cents, 0) as gross_cents,
        coalesce(settlement.net_cents, 0) as net_cents,
        date_diff('day', list.event_day, settlement.first_value_day) as settlement_days,
        coalesce(document_inspection.inspections, 0) as inspections,
        coalesce(document_inspection.findings, 0) as findings,
        coalesce(document_return.returns, 0) as returns,
        coalesce(document_return.returned_fen, 0) as returned_fen,
        coalesce(document_return.valid_return_fen, 0) as valid_return_fen,
        paid.first_payment,
        movement.first_movement,
        settlement.first_bop,
        document_return.first_return,
        document_inspection.first_inspection
    from list
    left join known_order as sold on sold.key_hash = list.order_hash
    left join order_payment as paid on paid.order_hash = list.order_hash
    left join known_waybill as sent on sent.key_hash = list.waybill_hash
    left join track on track.waybill_hash = list.waybill_hash
    left join complete_day on complete_day.event_day = list.event_day
    left join document_line as line on line.inventory_hash = list.key_hash
    left join tax_rate
        on tax_rate.hs_code = line.hs_code and list.event_day between tax_rate.from_day and tax_rate.to_day
    left join document_movement as movement on movement.document_hash = list.key_hash
    left join document_settlement as settlement on settlement.document_hash = list.key_hash
    left join document_return on document_return.inventory_hash = list.key_hash
    left join document_inspection
        on document_inspection.document_type = 'inventory' and document_inspection.document_no = list.invt_no
    left join day_rate as usd on usd.event_day = list.event_day and usd.currency = 'USD'
    left join day_rate as own on own.event_day = list.event_day and own.currency = list.currency
    left join feed_reach as warehouse_reach on warehouse_reach.table_name = 'warehouse_movement'
    left join feed_reach as forex_reach on forex_reach.table_name = 'forex'
)

select
    *,
    -- Whether the three documents of a retail import list can be judged, and whether they agree but for the amount.
    direction = 'import' and is_retail and not is_cancelled and is_complete_day as is_matchable,
    order_state = 'missing' or payment_state = 'missing' or waybill_state = 'missing' as is_document_missing,
    cast(round(value_fen / cny_per_usd) as bigint) as value_cents
from joined
