-- Quality samples and stock counts over each window.
select
    grid.uscc,
    grid.window_days,
    coalesce(quality.samples, 0) as quality_samples,
    coalesce(quality.failed_samples, 0) as failed_samples,
    coalesce(quality.serious_failures, 0) as serious_quality_failures,
    quality.failed_samples / case when quality.samples >= $n_min then quality.samples end as failed_sample_share,
    coalesce(quality.short_counts, 0) as short_stock_counts,
    quality.short_counts / case when quality.stock_counts >= $n_min then quality.stock_counts end as short_stock_share
from grid
left join window_quality as quality on quality.uscc = grid.uscc and quality.window_days = grid.window_days
