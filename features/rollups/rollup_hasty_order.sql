-- Orders that travelled as brushed ones do (R02), the documents an alert can name: signed for within a day of pick-up,
-- or tracked without one scan in transit.
select
    uscc,
    event_day,
    platform_uscc || '/' || order_no as document,
    coalesce(cast(floor(delivery_seconds / 3600) as bigint), 240) as hours,
    case when tracked_waybills > 0 and transit_scans = 0 then 1 else 0 end as without_transit,
    amount_fen as value_fen
from order_chain
where delivery_seconds < 24 * 3600 or (tracked_waybills > 0 and transit_scans = 0)
