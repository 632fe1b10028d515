-- One row per receipt or payment of foreign exchange in [$from_day, $to_day] and the trade document it names: gross of
-- the fees netted off, net of them, and the days since the document was filed. US cents.
with money as (
    select * from known_forex where event_day between $from_day and $to_day
)

select
    money.bop_no,
    money.uscc,
    money.event_day,
    money.key_hash,
    money.direction,
    money.counterparty_token,
    cast(money.amount_usd * 100 as bigint) as net_cents,
    cast(coalesce(money.netted_fees_usd, 0) * 100 as bigint) as netted_cents,
    coalesce(money.prepaid, false) as is_prepaid,
    case
        when declaration.key_hash is not null or list.key_hash is not null then 'present'
        when money.trade_document_no is null then 'not_due'
        when money.event_day <= reach.judged_through then 'missing'
        else 'unknown'
    end as document_state,
    date_diff('day', coalesce(declaration.event_day, list.event_day), money.event_day) as settlement_days,
    coalesce(declaration.mode, list.mode) = '0130' as is_barter,
    coalesce(declaration.entry_id, list.invt_no) as document
from money
left join known_declaration as declaration on declaration.key_hash = money.declaration_hash
left join known_inventory as list on list.key_hash = money.inventory_hash
left join feed_reach as reach on reach.table_name = 'declaration'
