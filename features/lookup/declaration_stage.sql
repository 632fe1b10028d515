-- One row per declaration and stage, in turn, as order_stage: after the declaration (seconds), and by how much it
-- differs (hundredths of difference_currency). What is unknown is not yet known.
with declared as (
    select
        chain.*,
        told.currency,
        told.released_at,
        told.departed_at
    from declaration_chain as chain
    join known_declaration as told on told.key_hash = chain.key_hash
),

stage as (
    select key_hash, 1 as place, 'declared' as stage, 'present' as state, 0 as after_seconds,
        line_difference_fen as difference, currency as difference_currency, entry_id as evidence
    from declared
    union all
    select key_hash, 2, 'released', case when released_at is not null then 'present' else 'unknown' end,
        release_seconds, cast(null as bigint), null, case when released_at is not null then entry_id end
    from declared
    union all
    select key_hash, 3, 'departed',
        case
            when departed_at is not null then 'present'
            when direction = 'export' then 'unknown'
            else 'not_due'
        end,
        date_diff('second', declared_at, departed_at), cast(null as bigint), null,
        case when departed_at is not null then entry_id end
    from declared
    union all
    select key_hash, 4, 'warehouse', warehouse_state, cast(null as bigint), cast(null as bigint), null, first_movement
    from declared
    union all
    select key_hash, 5, 'refunded', refund_state, cast(null as bigint), cast(null as bigint), null, first_refund
    from declared
    union all
    select key_hash, 6, 'settled', settlement_state, settlement_days * 86400,
        case when first_bop is not null then gross_cents - value_cents end, 'USD', first_bop
    from declared
    union all
    select key_hash, 7, 'returned', case when returns > 0 then 'present' else 'not_due' end, cast(null as bigint),
        case when returns > 0 then -returned_fen end, 'CNY', first_return
    from declared
)

select
    'declaration' as kind,
    declared.entry_id as number,
    declared.direction,
    declared.event_day,
    declared.declared_at as began_at,
    declared.value_fen,
    stage.place, stage.stage, stage.state, stage.after_seconds, stage.difference, stage.difference_currency,
    stage.evidence
from declared
join stage on stage.key_hash = declared.key_hash
order by declared.declared_at desc, declared.key_hash, stage.place
