-- Customs documents, document match and inspections over each window.
select
    grid.uscc,
    grid.window_days,
    coalesce(customs.documents, 0) as documents,
    coalesce(customs.export_fen, 0) / 100e0 as export_value,
    coalesce(customs.import_fen, 0) / 100e0 as import_value,
    customs.cancelled_lists / case when customs.lists >= $n_min then customs.lists end as cancelled_list_share,
    coalesce(customs.unmatched_lists, 0) as unmatched_lists,
    customs.unmatched_lists / case when customs.matchable_lists >= $n_min then customs.matchable_lists end
        as unmatched_list_share,
    customs.lists_without_order / case when customs.matchable_lists >= $n_min then customs.matchable_lists end
        as list_without_order_share,
    customs.lists_without_payment / case when customs.matchable_lists >= $n_min then customs.matchable_lists end
        as list_without_payment_share,
    customs.lists_without_waybill / case when customs.matchable_lists >= $n_min then customs.matchable_lists end
        as list_without_waybill_share,
    customs.lists_with_other_amount / case when customs.matchable_lists >= $n_min then customs.matchable_lists end
        as other_amount_share,
    customs.lists_with_other_payer / case when customs.matchable_lists >= $n_min then customs.matchable_lists end
        as other_payer_share,
    customs.lists_signed_before_release / case when customs.tracked_lists >= $n_min then customs.tracked_lists end
        as signed_before_release_share,
    customs.release_seconds / 3600e0 / case when customs.released_documents >= $n_min then customs.released_documents end
        as release_hours,
    customs.retail_tax_fen / case when customs.retail_import_fen > 0 then customs.retail_import_fen end as import_tax_ratio,
    customs.told_tax_fen / case when customs.expected_tax_fen > 0 then customs.expected_tax_fen end as tax_to_expected,
    customs.lists_declared_before_payment / case when customs.paid_lists >= $n_min then customs.paid_lists end
        as declared_before_payment_share,
    case
        when customs.gap_lists > 0
            then date_diff('day', date '2000-01-01', $business_date) - customs.gap_day_numbers / customs.gap_lists
    end as gap_age_days
from grid
left join window_customs as customs on customs.uscc = grid.uscc and customs.window_days = grid.window_days
