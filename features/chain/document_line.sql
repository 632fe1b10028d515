-- Lines summed per list of the range: their total, and the tax that a retail import would owe on them by the rates of
-- its day, within the limit of a single purchase: (consumption + VAT) / (1 - consumption) at the reduced share. Rates
-- are weighted in millionths; a list with a line whose rate is not known has no expectation.
with rate as (
    select
        hs_code,
        valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to,
        cast(round(
            cast(consumption_rate + vat_rate as double) / cast(1 - consumption_rate as double)
            * $retail_tax_percent * 10000
        ) as bigint) as millionths
    from known_hs_rate
    where consumption_rate < 1
),

line as (
    select
        line.inventory_hash,
        line.line_no,
        cast(line.line_total * 100 as bigint) as line_fen,
        -- Of two rates that hold on one day the later one was meant to.
        max_by(rate.millionths, rate.valid_from) as millionths
    from known_inventory_line as line
    join known_inventory as list on list.key_hash = line.inventory_hash
    left join rate
        on rate.hs_code = line.hs_code and list.event_day between rate.valid_from and rate.valid_to
    where list.event_day between $from_day and $to_day
    group by line.inventory_hash, line.line_no, line.line_total
)

select
    inventory_hash,
    count(*) as lines,
    cast(sum(line_fen) as bigint) as lines_fen,
    case
        when count(*) = count(millionths) then cast(sum(line_fen * millionths) as double)
    end as weighted_millionths
from line
group by inventory_hash
