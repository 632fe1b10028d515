-- Lines summed per list. A list of one line says under which code it goes; of a list of several their amounts are weighted
-- by the rates of the list's day, in millionths, and a list with a line whose rate is not known has no weight.
select
    inventory_hash,
    1 as lines,
    cast(line_total * 100 as bigint) as lines_fen,
    hs_code,
    cast(null as double) as weighted_millionths
from known_inventory_line
where inventory_hash is not null and inventory_hash not in (select inventory_hash from repeated_inventory_line_inventory)
union all
select
    line.inventory_hash,
    count(*),
    cast(sum(cast(line.line_total * 100 as bigint)) as bigint),
    cast(null as varchar),
    case
        when count(*) = count(tax_rate.millionths)
            then cast(sum(cast(line.line_total * 100 as bigint) * tax_rate.millionths) as double)
    end
from known_inventory_line as line
join known_inventory as list on list.key_hash = line.inventory_hash
left join tax_rate
    on tax_rate.hs_code = line.hs_code and list.event_day between tax_rate.from_day and tax_rate.to_day
where line.inventory_hash in (select inventory_hash from repeated_inventory_line_inventory)
group by line.inventory_hash
