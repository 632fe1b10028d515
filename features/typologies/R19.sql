-- R19 quality and traceability (质量与溯源): a batch that failed a sample and was shipped or sold; a serious failure; too
-- many failed samples; a traceability chain whose records do not name each other.
with sample as (
    select sample_no, uscc, sku, batch_no, verdict, level
    from known_quality_sample
    where event_day > $business_date - $window_days and event_day <= $business_date
),

shipped as (
    select distinct sample.uscc, sample.sample_no as document
    from sample
    join rollup_batch as batch
        on batch.uscc = sample.uscc and batch.sku = sample.sku and batch.batch_no = sample.batch_no
    where sample.verdict = 'fail' and batch.event_day <= $business_date
),

failure as (
    select
        uscc, count(*) as samples, count(*) filter (where verdict = 'fail') as failed,
        count(*) filter (where verdict = 'fail' and level = 'serious') as serious
    from sample
    group by uscc
),

linked as (
    select uscc, cast(sum(links) as bigint) as links, cast(sum(broken_links) as bigint) as broken
    from rollup_trace_link
    where event_day > $business_date - $window_days and event_day <= $business_date
    group by uscc
),

measured as (
    select uscc, 'shipped' as sign, count(*) as value, 0 as threshold, count(*) as n, 'high' as severity
    from shipped
    group by uscc
    union all
    select uscc, 'serious', serious, $serious_min, samples, 'high' from failure where serious >= $serious_min
    union all
    select uscc, 'rate', failed / samples, $failure_share, samples, 'medium'
    from failure
    where samples >= $n_min and failed > $failure_share * samples
    union all
    select uscc, 'chain', broken / links, $broken_share, links, 'medium'
    from linked
    where links >= $n_min and broken > $broken_share * links
),

found as (
    select uscc, 'shipped' as sign, document from shipped
    union all
    select uscc, 'serious', sample_no from sample where verdict = 'fail' and level = 'serious'
    union all
    select uscc, 'rate', sample_no from sample where verdict = 'fail'
)

select
    measured.uscc,
    $business_date - $window_days + 1 as window_from,
    cast(measured.value as double) as value,
    cast(measured.threshold as double) as threshold,
    measured.n,
    measured.severity,
    cast(0 as bigint) as amount_fen,
    found.document,
    0 as weight
from measured
left join found on found.uscc = measured.uscc and found.sign = measured.sign
