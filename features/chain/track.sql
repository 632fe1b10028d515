-- One row per waybill: what its scans say.
with scanned as (
    select
        waybill_hash,
        count(*) as scans,
        min(event_at) as first_scan_at,
        min(event_at) filter (where event = 'picked_up') as picked_up_at,
        min(event_at) filter (where event = 'released') as released_at,
        min(event_at) filter (where event = 'signed') as signed_at,
        min(event_at) filter (where event = 'refused') as refused_at,
        min(event_at) filter (where event in ('exited', 'arrived_abroad')) as exited_at,
        count(*) filter (
            where event in ('at_warehouse', 'out_of_warehouse', 'loaded', 'in_transit', 'out_for_delivery')
        ) as transit_scans
    from known_waybill_event
    group by waybill_hash
)

select
    *,
    -- Nothing is scanned before it is picked up, leaves before it is released, or is signed for before either.
    coalesce(picked_up_at <= first_scan_at, true)
    and coalesce(released_at <= exited_at, true)
    and coalesce(released_at <= signed_at, true)
    and coalesce(picked_up_at <= signed_at, true) as is_in_order
from scanned
