-- One row per quality sample taken and per good of a list that came back for its quality, in [$from_day, $to_day].
-- A return of a list with several goods counts for each of them, and once for its enterprise (is_first).
with came_back as (
    select uscc, event_day, inventory_hash, key_hash
    from known_return
    where reason = 'quality' and event_day between $from_day and $to_day
),

returned_good as (
    select
        came_back.uscc,
        came_back.event_day,
        line.sku,
        min(line.goods_name) as goods_name,
        came_back.key_hash,
        row_number() over (partition by came_back.key_hash order by line.sku) as place
    from came_back
    left join known_inventory_line as line on line.inventory_hash = came_back.inventory_hash
    group by came_back.uscc, came_back.event_day, line.sku, came_back.key_hash
)

select
    uscc,
    event_day,
    sku,
    cast(null as varchar) as goods_name,
    1 as samples,
    case when verdict = 'fail' then 1 else 0 end as failures,
    case when verdict = 'fail' and level = 'serious' then 1 else 0 end as serious_failures,
    case when recall_no is not null then 1 else 0 end as recalls,
    case when recall_no is not null and closed_on is null then 1 else 0 end as open_recalls,
    0 as returns,
    0 as first_returns
from known_quality_sample
where event_day between $from_day and $to_day
union all
select uscc, event_day, sku, goods_name, 0, 0, 0, 0, 0, 1, case when place = 1 then 1 else 0 end
from returned_good
