-- Receipts and netted fees of the last 365 days over the exports, less export returns, of the 365 days that ended
-- $settlement_days before: buyers pay later than goods leave. Barter and summary declarations are left out; empty while
-- a document or return of those days has no known rate into dollars.
with exported as (
    select
        uscc,
        sum(export_cents) as cents,
        sum(unconverted_documents) as unconverted,
        sum(export_documents) as documents
    from rollup_customs
    where event_day > $business_date - cast($settlement_days as integer) - 365
        and event_day <= $business_date - cast($settlement_days as integer)
    group by uscc
),

returned as (
    select uscc, sum(export_return_cents) as cents, sum(unconverted_returns) as unconverted
    from rollup_return
    where event_day > $business_date - cast($settlement_days as integer) - 365
        and event_day <= $business_date - cast($settlement_days as integer)
    group by uscc
)

select
    population.uscc,
    case
        when exported.documents >= $n_min and exported.unconverted = 0 and coalesce(returned.unconverted, 0) = 0
            and exported.cents > coalesce(returned.cents, 0)
            then (coalesce(forex.receipt_cents, 0) + coalesce(forex.netted_cents, 0))
                / (exported.cents - coalesce(returned.cents, 0))
    end as receipt_to_lagged_export
from population
left join exported on exported.uscc = population.uscc
left join returned on returned.uscc = population.uscc
left join window_forex as forex on forex.uscc = population.uscc and forex.window_days = 365
