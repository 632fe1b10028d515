-- One row per declaration of [$from_day, $to_day]: lines, inspection, returns, export refund. A summary declaration
-- (summary_of) sums lists that are counted already: it is kept here and left out of every sum.
with line as (
    select
        declaration_hash,
        count(*) as lines,
        cast(sum(cast(line_total * 100 as bigint)) as bigint) as lines_fen
    from known_declaration_line
    group by declaration_hash
),

refund as (
    select
        declaration_hash,
        count(*) as refunds,
        cast(sum(cast(refund_cny * 100 as bigint)) as bigint) as refund_fen,
        count(*) filter (where status = 'recovered') as recovered_refunds
    from known_tax_refund
    group by declaration_hash
),

returned as (
    select
        declaration_hash,
        count(*) as returns,
        cast(sum(cast(amount_cny * 100 as bigint)) as bigint) as returned_fen
    from known_return
    group by declaration_hash
)

select
    declaration.entry_id,
    declaration.uscc,
    declaration.owner_uscc,
    declaration.agent_uscc,
    declaration.principal_uscc,
    declaration.event_day,
    declaration.declared_at,
    declaration.direction,
    declaration.mode,
    declaration.key_hash,
    declaration.summary_of is not null as is_summary,
    declaration.mode = '0130' as is_barter,
    cast(declaration.amount_cny * 100 as bigint) as value_fen,
    cast(declaration.amount_usd * 100 as bigint) as value_cents,
    case
        when declaration.currency = 'CNY' then 1e0
        else coalesce(
            own.cny_per_unit,
            cast(declaration.amount_cny as double)
                / case when declaration.amount > 0 then cast(declaration.amount as double) end
        )
    end as cny_per_unit,
    coalesce(line.lines, 0) as lines,
    cast(declaration.amount * 100 as bigint) - line.lines_fen as line_difference_fen,
    date_diff('second', declaration.declared_at, declaration.released_at) as release_seconds,
    coalesce(document_inspection.inspections, 0) as inspections,
    coalesce(document_inspection.findings, 0) as findings,
    coalesce(declaration.refund_claimed, false) as is_refund_claimed,
    coalesce(refund.refunds, 0) as refunds,
    coalesce(refund.refund_fen, 0) as refund_fen,
    coalesce(refund.recovered_refunds, 0) as recovered_refunds,
    coalesce(returned.returns, 0) as returns,
    coalesce(returned.returned_fen, 0) as returned_fen
from known_declaration as declaration
left join line on line.declaration_hash = declaration.key_hash
left join refund on refund.declaration_hash = declaration.key_hash
left join returned on returned.declaration_hash = declaration.key_hash
left join day_rate as own on own.event_day = declaration.event_day and own.currency = declaration.currency
left join document_inspection
    on document_inspection.document_type = 'declaration'
    and document_inspection.document_no = declaration.entry_id
where declaration.event_day between $from_day and $to_day
