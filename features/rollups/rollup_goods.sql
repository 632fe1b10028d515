-- Goods that crossed the border, by direction and kind of trade (R11, R11b): retail, barter, business. Cancelled lists
-- and summary declarations are left out. A document that no known rate turns into dollars counts as unconverted.
with document as (
    select
        uscc, event_day, direction, case when is_retail then 'retail' else 'business' end as kind, value_fen,
        value_cents
    from inventory_chain
    where not is_cancelled
    union all
    select
        uscc, event_day, direction,
        case when is_barter then 'barter' when mode in ('9610', '1210', '1239') then 'retail' else 'business' end,
        value_fen, value_cents
    from declaration_chain
    where not is_summary
)

select
    uscc,
    event_day,
    direction,
    kind,
    count(*) as documents,
    cast(sum(value_fen) as bigint) as value_fen,
    cast(sum(coalesce(value_cents, 0)) as bigint) as value_cents,
    count(*) filter (where value_cents is null) as unconverted
from document
group by uscc, event_day, direction, kind
