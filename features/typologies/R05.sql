-- R05 under-valuation (低报): lines priced far below like goods (same ten-digit code, statutory unit and origin, with
-- enough lines and enterprises to compare with), as a share of the enterprise's lines that can be compared at all.
-- Far below: a robust z on the logarithm of the unit price, and a fraction of the median. Where all prices of a group
-- but a few are one and the same, their deviation is zero and any lower price is infinitely far.
with line as (
    select
        chain.uscc, chain.invt_no as document, line.hs_code, line.statutory_unit,
        coalesce(line.origin_country, '') as origin,
        cast(line.line_total as double) * chain.cny_per_unit as total,
        cast(line.statutory_quantity as double) as quantity
    from known_inventory_line as line
    join inventory_chain as chain on chain.key_hash = line.inventory_hash
    where not chain.is_cancelled
        and chain.event_day > $business_date - $window_days and chain.event_day <= $business_date
    union all
    select
        chain.uscc, chain.entry_id, line.hs_code, line.statutory_unit, coalesce(line.origin_country, ''),
        cast(line.line_total as double) * chain.cny_per_unit, cast(line.statutory_quantity as double)
    from known_declaration_line as line
    join declaration_chain as chain on chain.key_hash = line.declaration_hash
    where not chain.is_summary
        and chain.event_day > $business_date - $window_days and chain.event_day <= $business_date
),

priced as (
    select *, ln(total / quantity) as log_price
    from line
    where total > 0 and quantity > 0 and statutory_unit is not null
),

centre as (
    select
        hs_code, statutory_unit, origin, median(log_price) as log_median, count(*) as lines,
        count(distinct uscc) as enterprises
    from priced
    group by hs_code, statutory_unit, origin
),

compared as (
    select priced.*, centre.log_median
    from priced
    join centre
        on centre.hs_code = priced.hs_code and centre.statutory_unit = priced.statutory_unit
        and centre.origin = priced.origin
    where centre.lines >= $reference_lines_min and centre.enterprises >= $reference_enterprises_min
),

spread as (
    select hs_code, statutory_unit, origin, 1.4826e0 * median(abs(log_price - log_median)) as deviation
    from compared
    group by hs_code, statutory_unit, origin
),

judged as (
    select
        compared.uscc, compared.document, compared.total,
        compared.log_price < compared.log_median + ln($ratio_max)
        and compared.log_price - compared.log_median < $z_max * spread.deviation as is_low
    from compared
    join spread
        on spread.hs_code = compared.hs_code and spread.statutory_unit = compared.statutory_unit
        and spread.origin = compared.origin
),

rate as (
    select
        uscc, count(*) as n, count(*) filter (where is_low) / count(*) as value,
        cast(sum(case when is_low then cast(round(total * 100) as bigint) else 0 end) as bigint) as amount_fen
    from judged
    group by uscc
),

low_document as (
    select uscc, document, cast(sum(cast(round(total * 100) as bigint)) as bigint) as weight
    from judged
    where is_low
    group by uscc, document
)

select
    rate.uscc,
    $business_date - $window_days + 1 as window_from,
    rate.value,
    cast($threshold as double) as threshold,
    rate.n,
    'high' as severity,
    rate.amount_fen,
    low_document.document,
    low_document.weight
from rate
join low_document on low_document.uscc = rate.uscc
where rate.n >= $n_min and rate.value > $threshold
