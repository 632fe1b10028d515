-- Receipts and payments summed per document they name, in US cents: split receipts add up. Gross is what was received
-- plus the platform and logistics fees netted off it.
select
    inventory_hash as document_hash,
    count(*) as settlements,
    cast(sum(cast(amount_usd * 100 as bigint)) as bigint) as net_cents,
    cast(sum(cast((amount_usd + coalesce(netted_fees_usd, 0)) * 100 as bigint)) as bigint) as gross_cents,
    min(value_date) as first_value_day,
    max(value_date) as last_value_day,
    min(bop_no) as first_bop
from known_forex
where inventory_hash is not null
group by inventory_hash
