-- Customs documents per enterprise and day of declaration. Cancelled lists and summary declarations are in no sum.
with document as (
    select
        uscc, event_day, direction, value_fen,
        coalesce(value_cents, 0) as value_cents,
        case when value_cents is null then 1 else 0 end as unconverted,
        tax_fen, release_seconds, is_cancelled, 1 as lists, 0 as declarations,
        is_matchable, is_document_missing, order_state, payment_state, waybill_state,
        paid_difference_fen, is_payer_other,
        false as is_barter,
        is_retail,
        scans, is_signed_before_release, is_declared_before_payment, expected_tax_fen,
        case when is_tax_told then tax_fen end as told_tax_fen
    from inventory_chain
    union all
    select
        uscc, event_day, direction, value_fen, value_cents, 0, 0, release_seconds, false, 0, 1,
        false, false, 'present', 'present', 'present', null, false, is_barter, mode in ('9610', '1210', '1239'),
        null, false, false, null, null
    from declaration_chain
    where not is_summary
)

select
    uscc,
    event_day,
    count(*) filter (where not is_cancelled) as documents,
    cast(sum(lists) as bigint) as lists,
    count(*) filter (where is_cancelled) as cancelled_lists,
    cast(sum(declarations) as bigint) as declarations,
    count(*) filter (where direction = 'export' and not is_cancelled) as export_documents,
    count(*) filter (where direction = 'import' and not is_cancelled) as import_documents,
    cast(coalesce(sum(value_fen) filter (where direction = 'export' and not is_cancelled), 0) as bigint)
        as export_fen,
    cast(coalesce(sum(value_fen) filter (where direction = 'import' and not is_cancelled), 0) as bigint)
        as import_fen,
    cast(coalesce(sum(tax_fen) filter (
        where lists = 1 and direction = 'import' and is_retail and not is_cancelled
    ), 0) as bigint) as retail_tax_fen,
    cast(coalesce(sum(value_fen) filter (
        where lists = 1 and direction = 'import' and is_retail and not is_cancelled
    ), 0) as bigint) as retail_import_fen,
    cast(coalesce(sum(value_cents) filter (where direction = 'export' and not is_cancelled and not is_barter), 0)
        as bigint) as export_cents,
    cast(coalesce(sum(value_cents) filter (where direction = 'import' and not is_cancelled and not is_barter), 0)
        as bigint) as import_cents,
    cast(coalesce(sum(unconverted) filter (where not is_cancelled), 0) as bigint) as unconverted_documents,
    count(release_seconds) filter (where not is_cancelled) as released_documents,
    cast(coalesce(sum(release_seconds) filter (where not is_cancelled), 0) as bigint) as release_seconds,
    count(*) filter (where is_matchable) as matchable_lists,
    count(*) filter (
        where is_matchable and (is_document_missing or abs(paid_difference_fen) > 1 or is_payer_other)
    ) as unmatched_lists,
    count(*) filter (where is_matchable and order_state = 'missing') as lists_without_order,
    count(*) filter (where is_matchable and payment_state = 'missing') as lists_without_payment,
    count(*) filter (where is_matchable and waybill_state = 'missing') as lists_without_waybill,
    count(*) filter (where is_matchable and abs(paid_difference_fen) > 1) as lists_with_other_amount,
    count(*) filter (where is_matchable and is_payer_other) as lists_with_other_payer,
    count(scans) filter (where not is_cancelled) as tracked_lists,
    count(*) filter (where is_signed_before_release and not is_cancelled) as lists_signed_before_release,
    count(*) filter (where is_matchable and is_document_missing) as gap_lists,
    -- Days since 2000-01-01 of the lists with a gap: what their ages add up to as of any day follows from it.
    cast(coalesce(sum(date_diff('day', date '2000-01-01', event_day)) filter (
        where is_matchable and is_document_missing
    ), 0) as bigint) as gap_day_numbers,
    count(*) filter (where is_matchable and payment_state = 'present') as paid_lists,
    count(*) filter (where is_matchable and is_declared_before_payment) as lists_declared_before_payment,
    cast(coalesce(sum(told_tax_fen) filter (
        where is_retail and not is_cancelled and expected_tax_fen is not null
    ), 0) as bigint) as told_tax_fen,
    cast(coalesce(sum(expected_tax_fen) filter (
        where is_retail and not is_cancelled and told_tax_fen is not null
    ), 0) as bigint) as expected_tax_fen
from document
group by uscc, event_day
