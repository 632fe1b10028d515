-- Quality samples and stock counts per enterprise and day.
with entry as (
    select
        uscc, event_day,
        1 as samples,
        case when verdict = 'fail' then 1 else 0 end as failed_samples,
        case when verdict = 'fail' and level = 'serious' then 1 else 0 end as serious_failures,
        case when recall_no is not null then 1 else 0 end as recalls,
        0 as stock_counts, 0 as short_counts
    from known_quality_sample
    union all
    select
        uscc, event_day, 0, 0, 0, 0, 1,
        case when book_quantity - counted_quantity > greatest(book_quantity / 100, 10) then 1 else 0 end
    from known_stock_count
)

select
    uscc,
    event_day,
    cast(sum(samples) as bigint) as samples,
    cast(sum(failed_samples) as bigint) as failed_samples,
    cast(sum(serious_failures) as bigint) as serious_failures,
    cast(sum(recalls) as bigint) as recalls,
    cast(sum(stock_counts) as bigint) as stock_counts,
    cast(sum(short_counts) as bigint) as short_counts
from entry
where event_day between $from_day and $to_day
group by uscc, event_day
