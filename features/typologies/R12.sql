-- R12 split settlement (分拆结汇): receipts of one remitter, each just within the personal limit, many within a few days,
-- to several payees who share a registered address or phone.
with receipt as (
    select
        uscc, counterparty_token as remitter, bop_no, event_day,
        date_diff('day', date '2000-01-01', event_day) as day_number,
        cast(amount_usd * 100 as bigint) as cents
    from known_forex
    where direction = 'receipt' and counterparty_token is not null
        and amount_usd > $limit_usd * (1 - $margin) and amount_usd <= $limit_usd
        and event_day > $business_date - $window_days and event_day <= $business_date
),

registered as (
    select uscc, phone_token, address_token
    from (
        select
            uscc, phone_token, address_token,
            row_number() over (partition by uscc order by valid_from desc, key_hash) as recency
        from known_enterprise
        where valid_from <= $business_date
    ) as version
    where recency = 1
),

held as (
    select uscc, 'phone' as kind, phone_token as token from registered where phone_token is not null
    union all
    select uscc, 'address', address_token from registered where address_token is not null
),

tied as (
    select receipt.*, held.kind, held.token
    from receipt
    join held on held.uscc = receipt.uscc
),

span as (
    select
        first.remitter, first.kind, first.token, first.day_number,
        count(distinct later.bop_no) as receipts
    from tied as first
    join tied as later
        on later.remitter = first.remitter and later.kind = first.kind and later.token = first.token
        and later.day_number >= first.day_number and later.day_number < first.day_number + $within_days
    group by first.remitter, first.kind, first.token, first.day_number
    having count(distinct later.bop_no) >= $receipts_min and count(distinct later.uscc) >= $payees_min
),

member as (
    select tied.uscc, tied.bop_no, tied.cents, max(span.receipts) as receipts
    from span
    join tied
        on tied.remitter = span.remitter and tied.kind = span.kind and tied.token = span.token
        and tied.day_number >= span.day_number and tied.day_number < span.day_number + $within_days
    group by tied.uscc, tied.bop_no, tied.cents
),

rate as (
    select max(cast(cny_per_unit as double)) as cny_per_usd
    from (
        select cny_per_unit, row_number() over (order by month desc) as recency
        from known_exchange_rate
        where currency = 'USD' and month <= strftime($business_date, '%Y-%m')
    ) as latest
    where recency = 1
),

valued as (
    select
        member.uscc, member.bop_no, member.receipts,
        cast(round(member.cents * coalesce(rate.cny_per_usd, 0)) as bigint) as weight
    from member
    cross join rate
),

payee as (
    select uscc, max(receipts) as receipts, count(*) as n, cast(sum(weight) as bigint) as amount_fen
    from valued
    group by uscc
)

select
    payee.uscc,
    $business_date - $window_days + 1 as window_from,
    cast(payee.receipts as double) as value,
    cast($receipts_min as double) as threshold,
    payee.n,
    'high' as severity,
    payee.amount_fen,
    valued.bop_no as document,
    valued.weight
from payee
join valued on valued.uscc = payee.uscc
