-- Warehouse movements per owner and day. Overseas stock in fen, so that unlike units add up.
select
    uscc,
    event_day,
    count(*) as movements,
    count(*) filter (where warehouse_kind = 'bonded' and direction = 'out') as bonded_exits,
    count(*) filter (where warehouse_kind = 'bonded' and direction = 'out' and document_state <> 'present')
        as exits_without_document,
    count(*) filter (where warehouse_kind = 'bonded' and is_out_before_release) as exits_before_release,
    cast(coalesce(sum(value_fen) filter (where warehouse_kind = 'overseas' and direction = 'in'), 0) as bigint)
        as overseas_in_fen,
    cast(coalesce(sum(value_fen) filter (where warehouse_kind = 'overseas' and direction = 'out'), 0) as bigint)
        as overseas_out_fen
from movement_chain
group by uscc, event_day
