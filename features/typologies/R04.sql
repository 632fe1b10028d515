-- R04 quota abuse (额度盗刷). Three measures, each laid at the door of the seller whose document crosses the line:
-- a buyer's retail imports of the calendar year, without cancelled lists and valid returns, above the yearly quota;
-- a buyer with too many consignee phones; a phone or address with too many buyers. Tokens are counted, never shown.
-- Sales are read in passing: kept as a whole for their several readers they cost twice as much as the rest.
-- Nearly nobody is over anything: who can be is found by sums and counts, and only their documents are put in order.
with of_year as not materialized (
    select uscc, document, second, buyer_token, value_fen, counted_fen
    from rollup_import_sale
    where lists = 1 and buyer_token is not null
        and event_day >= cast(date_trunc('year', $business_date) as date) and event_day <= $business_date
),

-- Numbers are grouped at half the cost of tokens: their groups only leave out who cannot be over anything.
heavy_buyer as (
    select hash(buyer_token) as buyer_hash
    from of_year
    group by hash(buyer_token)
    having sum(counted_fen) > $annual_limit_fen
),

over_year as (
    select buyer_token, cast(sum(counted_fen) as bigint) as year_fen
    from of_year
    where hash(buyer_token) in (select buyer_hash from heavy_buyer)
    group by buyer_token
    having sum(counted_fen) > $annual_limit_fen
),

running as (
    select
        of_year.uscc, of_year.document, of_year.value_fen, of_year.counted_fen, over_year.year_fen,
        cast(sum(of_year.counted_fen) over (
            partition by of_year.buyer_token order by of_year.second, of_year.document
            rows between unbounded preceding and current row
        ) as bigint) as total_fen
    from of_year
    join over_year on over_year.buyer_token = of_year.buyer_token
),

over_quota as (
    select
        uscc, cast(date_trunc('year', $business_date) as date) as window_from, document, value_fen,
        year_fen / 100e0 as value, $annual_limit_fen / 100e0 as threshold
    from running
    where total_fen > $annual_limit_fen and total_fen - counted_fen <= $annual_limit_fen
),

sale as not materialized (
    select uscc, document, second, event_day, buyer_token, consignee_phone_token, address_token, value_fen
    from rollup_import_sale
    where event_day <= $business_date
),

tie as not materialized (
    select
        uscc, document, second, value_fen, 'phones of a buyer' as kind, buyer_token as holder,
        consignee_phone_token as held, $phones_max as most, $business_date - $phones_window_days + 1 as window_from
    from sale
    where event_day > $business_date - $phones_window_days
    union all
    select
        uscc, document, second, value_fen, 'buyers of a phone', consignee_phone_token, buyer_token, $buyers_max,
        $business_date - $buyers_window_days + 1
    from sale
    where event_day > $business_date - $buyers_window_days
    union all
    select
        uscc, document, second, value_fen, 'buyers of an address', address_token, buyer_token, $buyers_max,
        $business_date - $buyers_window_days + 1
    from sale
    where event_day > $business_date - $buyers_window_days
),

often as (
    select hash(kind, holder) as holder_hash
    from tie
    where holder is not null and held is not null
    group by hash(kind, holder)
    having count(*) > min(most)
),

-- Those with several documents that do not all name the same: every holder of too many is among them.
varied as (
    select kind, holder
    from tie
    where holder is not null and held is not null and hash(kind, holder) in (select holder_hash from often)
    group by kind, holder, most
    having count(*) > most and (most < 1 or min(held) < max(held))
),

first_tie as (
    select
        tie.*,
        row_number() over (partition by tie.kind, tie.holder, tie.held order by tie.second, tie.document) as occurrence
    from tie
    join varied on varied.kind = tie.kind and varied.holder = tie.holder
    where tie.held is not null
),

ranked as (
    select
        *,
        row_number() over (partition by kind, holder order by second, document) as place,
        count(*) over (partition by kind, holder) as distinct_held
    from first_tie
    where occurrence = 1
),

crossing as (
    select uscc, kind, holder, distinct_held, most, window_from from ranked where place = most + 1
),

over_ties as (
    select
        crossing.uscc, crossing.window_from, tie.document, tie.value_fen,
        cast(crossing.distinct_held as double) as value, cast(crossing.most as double) as threshold
    from crossing
    join tie on tie.kind = crossing.kind and tie.holder = crossing.holder and tie.uscc = crossing.uscc
),

found as (
    select * from over_quota
    union all
    select * from over_ties
),

-- One hit per seller and measured window. Documents found twice count once.
document as (
    select uscc, window_from, threshold, document, max(value_fen) as value_fen
    from found
    group by uscc, window_from, threshold, document
),

exposed as (
    select uscc, window_from, threshold, count(*) as n, cast(sum(value_fen) as bigint) as amount_fen
    from document
    group by uscc, window_from, threshold
),

worst as (
    select uscc, window_from, threshold, max(value) as value from found group by uscc, window_from, threshold
)

select
    worst.uscc, worst.window_from, worst.value, worst.threshold, exposed.n, 'high' as severity, exposed.amount_fen,
    document.document, document.value_fen as weight
from worst
join exposed
    on exposed.uscc = worst.uscc and exposed.window_from = worst.window_from and exposed.threshold = worst.threshold
join document
    on document.uscc = worst.uscc and document.window_from = worst.window_from
    and document.threshold = worst.threshold
