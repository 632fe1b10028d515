-- Retail import lists that may be parts of one purchase (R03): per seller, party (a buyer or an address) and eight-digit
-- goods, but only where the party has more than one such list on the day and its two neighbours. A list alone on those
-- days can be no part of a split within 24 hours. Cancelled lists are left out.
-- Whoever has a single list of all that are known need not be counted: repeated_list_party holds the others' hashes.
with list as (
    select
        cast(hash(uscc, buyer_token) % 4611686018427387904 as bigint) as buyer_hash,
        cast(hash(uscc, address_token) % 4611686018427387904 as bigint) as address_hash,
        uscc, invt_no, key_hash, event_day, buyer_token, address_token,
        cast(epoch(declared_at) as bigint) as second,
        cast(declared_value_cny * 100 as bigint) as value_fen
    from known_inventory
    where direction = 'import' and mode in ('9610', '1210', '1239') and cancelled_at is null
        and event_day between $from_day - 1 and $to_day + 1
),

party_list as (
    select uscc, invt_no, key_hash, event_day, second, value_fen, 'buyer' as kind, buyer_token as party
    from list
    where buyer_token is not null and buyer_hash in (select party_hash from repeated_list_party)
    union all
    select uscc, invt_no, key_hash, event_day, second, value_fen, 'address', address_token
    from list
    where address_token is not null and address_hash in (select party_hash from repeated_list_party)
),

neighboured as (
    select
        *,
        count(*) over (
            partition by uscc, kind, party order by date_diff('day', date '2000-01-01', event_day)
            range between 1 preceding and 1 following
        ) as lists_around
    from party_list
),

goods as (
    select distinct line.inventory_hash, substring(line.hs_code, 1, 8) as hs8
    from known_inventory_line as line
    join neighboured on neighboured.key_hash = line.inventory_hash and neighboured.lists_around > 1
)

select
    neighboured.uscc,
    neighboured.kind,
    neighboured.party,
    goods.hs8,
    neighboured.event_day,
    neighboured.invt_no as document,
    neighboured.second,
    neighboured.value_fen
from neighboured
join goods on goods.inventory_hash = neighboured.key_hash
where neighboured.lists_around > 1 and neighboured.event_day between $from_day and $to_day
