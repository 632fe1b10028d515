-- Orders paid one after the other from one account or device (R02): a row per order, payer and moment, but only where
-- the payer pays for at least ten orders of the seller on the day and its two neighbours. Fewer are no burst.
-- frequent_payer holds the hashes of those who pay ten times at all.
with paid as (
    select
        sold.uscc, payment.event_day, payment.account_token, payment.device_token,
        sold.platform_uscc || '/' || sold.order_no as document,
        cast(epoch(payment.paid_at) as bigint) as second,
        cast(sold.amount_cny * 100 as bigint) as value_fen
    from known_payment as payment
    join known_order as sold on sold.key_hash = payment.order_hash
    where payment.event_day between $from_day - 1 and $to_day + 1
        and (
            cast(hash(payment.account_token) % 4611686018427387904 as bigint) in (select party_hash from frequent_payer)
            or cast(hash(payment.device_token) % 4611686018427387904 as bigint) in (select party_hash from frequent_payer)
        )
),

payer as (
    select uscc, event_day, 'account' as kind, account_token as token, document, second, value_fen
    from paid
    where account_token is not null
    union all
    select uscc, event_day, 'device', device_token, document, second, value_fen
    from paid
    where device_token is not null
),

-- An order paid in parts is paid once, at its first payment.
paid_order as (
    select uscc, kind, token, document, min(event_day) as event_day, min(second) as second, max(value_fen) as value_fen
    from payer
    group by uscc, kind, token, document
),

neighboured as (
    select
        *,
        count(*) over (
            partition by uscc, kind, token order by date_diff('day', date '2000-01-01', event_day)
            range between 1 preceding and 1 following
        ) as orders_around
    from paid_order
)

select uscc, kind, token, event_day, document, second, value_fen
from neighboured
where orders_around >= 10 and event_day between $from_day and $to_day
