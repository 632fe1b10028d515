-- One row per tax return due from $from_day - 1 on, counted on the day after it was due: only then can it be
-- late. Delays in days; empty while it is neither filed nor paid.
select
    filing_no,
    uscc,
    tax_type,
    due_on + 1 as event_day,
    key_hash,
    due_on,
    date_diff('day', due_on, filed_on) as filing_delay_days,
    case when payable_cny > 0 then date_diff('day', due_on, paid_on) end as payment_delay_days,
    filed_on is null or filed_on > due_on as is_late,
    payable_cny > 0 and (paid_on is null or paid_on > due_on) as is_payment_late,
    payable_cny > 0 and paid_on is null as is_unpaid,
    cast(payable_cny * 100 as bigint) as payable_fen,
    cast(coalesce(export_sales_cny, 0) * 100 as bigint) as export_fen,
    cast(coalesce(domestic_sales_cny, 0) * 100 as bigint) as domestic_fen,
    cast(coalesce(output_tax_cny, 0) * 100 as bigint) as output_fen,
    cast(coalesce(input_tax_cny, 0) * 100 as bigint) as input_fen
from known_tax_filing
where due_on + 1 >= $from_day
