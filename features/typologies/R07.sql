-- R07 second-line diversion (二线走私): bonded goods that do not reach the buyers they were declared for. A stock count
-- far below the books; too many parcels to one address; a parcel signed for in another district than the order names.
with counted as (
    select
        uscc, warehouse_code || '/' || sku || '/' || cast(event_day as varchar) as document, sku,
        cast(book_quantity as double) as book, cast(book_quantity - counted_quantity as double) as gap
    from known_stock_count
    where event_day > $business_date - $window_days and event_day <= $business_date
),

short as (
    select *, greatest($stock_share * book, $stock_units) as allowed
    from counted
    where gap > greatest($stock_share * book, $stock_units)
),

unit_value as (
    select uscc, sku, sum(in_fen + out_fen) / (sum(units_in + units_out) / 100000e0) as fen
    from rollup_stock
    where event_day <= $business_date
    group by uscc, sku
    having sum(units_in + units_out) > 0
),

short_valued as (
    select short.*, cast(round(short.gap * coalesce(unit_value.fen, 0)) as bigint) as weight
    from short
    left join unit_value on unit_value.uscc = short.uscc and unit_value.sku = short.sku
),

worst_short as (
    select uscc, gap, allowed
    from short_valued
    qualify row_number() over (partition by uscc order by gap / allowed desc, document) = 1
),

parcel as (
    select uscc, address_token, document, value_fen
    from rollup_import_sale
    where bonded_deliveries = 1 and address_token is not null
        and event_day > $business_date - $window_days and event_day <= $business_date
),

crowded as (
    select uscc, address_token, count(*) as parcels
    from parcel
    group by uscc, address_token
    having count(*) > $parcels_max
),

to_crowded as (
    select parcel.uscc, parcel.document, parcel.value_fen as weight
    from parcel
    join crowded on crowded.uscc = parcel.uscc and crowded.address_token = parcel.address_token
),

elsewhere as (
    select uscc, document, value_fen as weight
    from rollup_elsewhere
    where event_day > $business_date - $window_days and event_day <= $business_date
),

found as (
    select worst_short.uscc, worst_short.gap as value, worst_short.allowed as threshold, short_valued.document,
        short_valued.weight
    from worst_short
    join short_valued on short_valued.uscc = worst_short.uscc
    union all
    select to_crowded.uscc, worst.parcels, $parcels_max, to_crowded.document, to_crowded.weight
    from to_crowded
    join (select uscc, max(parcels) as parcels from crowded group by uscc) as worst on worst.uscc = to_crowded.uscc
    union all
    select elsewhere.uscc, counted_elsewhere.parcels, $elsewhere_max, elsewhere.document, elsewhere.weight
    from elsewhere
    join (select uscc, count(*) as parcels from elsewhere group by uscc) as counted_elsewhere
        on counted_elsewhere.uscc = elsewhere.uscc
    where counted_elsewhere.parcels > $elsewhere_max
),

exposed as (
    select uscc, value, threshold, count(*) as n, cast(sum(weight) as bigint) as amount_fen
    from found
    group by uscc, value, threshold
)

select
    exposed.uscc,
    $business_date - $window_days + 1 as window_from,
    cast(exposed.value as double) as value,
    cast(exposed.threshold as double) as threshold,
    exposed.n,
    'high' as severity,
    exposed.amount_fen,
    found.document,
    found.weight
from exposed
join found on found.uscc = exposed.uscc and found.value = exposed.value and found.threshold = exposed.threshold
