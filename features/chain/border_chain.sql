-- One row per purchase from border residents in [$from_day, $to_day], at the door of the processor, else the
-- cooperative, that it was made for. Fen.
select
    trade_no,
    coalesce(processor_uscc, cooperative_uscc) as uscc,
    event_day,
    key_hash,
    resident_token,
    device_token,
    hs_code,
    direction,
    cast(value_cny * 100 as bigint) as value_fen,
    cast(quantity * 100000 as bigint) as units
from known_border_trade
where coalesce(processor_uscc, cooperative_uscc) is not null and event_day between $from_day and $to_day
