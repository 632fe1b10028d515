-- One row per line of export refund applied for in [$from_day, $to_day]: the declaration it rests on, whether the goods
-- had left, and whether a 9810 pre-refund (HWC-YT) was settled by 30 April of the year after.
select
    refund.refund_batch_no,
    refund.entry_id,
    refund.line_no,
    refund.uscc,
    refund.event_day,
    refund.key_hash,
    refund.status,
    cast(refund.refund_cny * 100 as bigint) as refund_fen,
    case
        when declaration.key_hash is not null then 'present'
        when refund.event_day <= reach.judged_through then 'missing'
        else 'unknown'
    end as declaration_state,
    declaration.event_day as declared_on,
    cast(line.line_total * 100 as bigint) as line_fen,
    coalesce(refund.applied_on < cast(declaration.departed_at as date), false) as is_before_departure,
    case
        when refund.business_type = 'HWC-YT' and refund.settled_on is null and refund.status <> 'recovered'
            then make_date(
                cast(year(refund.applied_on) + 1 as integer),
                cast($prerefund_settle_month as integer),
                cast($prerefund_settle_day as integer)
            )
    end as settle_by
from known_tax_refund as refund
left join known_declaration as declaration on declaration.key_hash = refund.declaration_hash
left join known_declaration_line as line
    on line.declaration_hash = refund.declaration_hash and line.line_no = refund.line_no
left join feed_reach as reach on reach.table_name = 'declaration'
where refund.event_day between $from_day and $to_day
