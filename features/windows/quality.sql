-- Quality samples and stock counts over each window.
select
    grid.uscc,
    grid.window_days,
    coalesce(quality.samples, 0) as quality_samples,
    coalesce(quality.failed_samples, 0) as failed_samples,
    coalesce(quality.serious_failures, 0) as serious_quality_failures,
    quality.failed_samples / case when quality.samples >= $n_min then quality.samples end as failed_sample_share,
    coalesce(quality.short_counts, 0) as short_stock_counts,
    quality.short_counts / case when quality.stock_counts >= $n_min then quality.stock_counts end as short_stock_share,
    quality.short_units / case when quality.book_units > 0 then quality.book_units end as short_stock_ratio,
    quality.broken_records / case when quality.trace_records >= $n_min then quality.trace_records end
        as trace_break_share
from grid
left join window_quality as quality on quality.uscc = grid.uscc and quality.window_days = grid.window_days
