-- Quality samples, stock counts and traceability records per enterprise and day. Quantities in hundred-thousandths.
with entry as (
    select
        uscc, event_day,
        1 as samples,
        case when verdict = 'fail' then 1 else 0 end as failed_samples,
        case when verdict = 'fail' and level = 'serious' then 1 else 0 end as serious_failures,
        case when recall_no is not null then 1 else 0 end as recalls,
        0 as stock_counts, 0 as short_counts, 0 as book_units, 0 as short_units,
        0 as trace_records, 0 as broken_records
    from known_quality_sample
    where event_day between $from_day and $to_day
    union all
    select
        uscc, event_day, 0, 0, 0, 0, 1,
        case when book_quantity - counted_quantity > greatest(book_quantity / 100, 10) then 1 else 0 end,
        cast(book_quantity * 100000 as bigint),
        cast(greatest(book_quantity - counted_quantity, 0) * 100000 as bigint),
        0, 0
    from known_stock_count
    where event_day between $from_day and $to_day
    union all
    select
        uscc, event_day, 0, 0, 0, 0, 0, 0, 0, 0,
        case when previous_state = 'not_due' then 0 else 1 end,
        case when is_broken or previous_state = 'missing' then 1 else 0 end
    from trace_chain
)

select
    uscc,
    event_day,
    cast(sum(samples) as bigint) as samples,
    cast(sum(failed_samples) as bigint) as failed_samples,
    cast(sum(serious_failures) as bigint) as serious_failures,
    cast(sum(recalls) as bigint) as recalls,
    cast(sum(stock_counts) as bigint) as stock_counts,
    cast(sum(short_counts) as bigint) as short_counts,
    cast(sum(book_units) as bigint) as book_units,
    cast(sum(short_units) as bigint) as short_units,
    cast(sum(trace_records) as bigint) as trace_records,
    cast(sum(broken_records) as bigint) as broken_records
from entry
group by uscc, event_day
