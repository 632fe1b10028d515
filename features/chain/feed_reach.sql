-- Per connected feed the last event day of which a document can be called missing: something arrived from the feed after
-- the days of silence that are still no news had passed since then. What is not there of later days is not yet known.
select
    table_name,
    late_after_days,
    cast(latest_received_at as date) - late_after_days - 1 as judged_through
from feed
where is_connected and latest_received_at is not null
