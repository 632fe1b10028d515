-- Who was looked at, when, why and how likely that was, as known at (D, K). Found something or not: an outcome that
-- only those see who look must be weighed by who was looked at.
select
    uscc, event_day as event_date, received_at, reason = 'random' as at_random,
    cast(selection_probability as double) as selection_probability
from known_inspection
order by uscc, event_date, inspect_id
