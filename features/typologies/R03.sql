-- R03 order splitting (拆单): lists of one seller to one buyer or address within 24 hours, each within the limit of one
-- list and of the same eight-digit goods, that together exceed it. Windows of 24 hours that overlap are one group.
with item as (
    select uscc, kind, party, hs8, document as invt_no, second, value_fen
    from rollup_split_list
    where value_fen <= $list_limit_fen
        and event_day > $business_date - $window_days and event_day <= $business_date
),

pair as (
    -- Every list with those of the next hours, itself among them.
    select
        first.uscc, first.kind, first.party, first.hs8, first.invt_no, first.second,
        cast(sum(later.value_fen) as bigint) as sum_fen,
        count(*) as lists,
        max(later.second) as last_second
    from item as first
    join item as later
        on later.uscc = first.uscc and later.kind = first.kind and later.party = first.party and later.hs8 = first.hs8
        and later.second >= first.second and later.second <= first.second + $within_hours * 3600
    group by first.uscc, first.kind, first.party, first.hs8, first.invt_no, first.second
),

anchor as (
    select
        *,
        max(last_second) over (
            partition by uscc, kind, party, hs8 order by second, invt_no
            rows between unbounded preceding and 1 preceding
        ) as reached
    from pair
    where lists >= 2 and sum_fen > $list_limit_fen
),

numbered as (
    select
        *,
        sum(case when reached is null or second > reached then 1 else 0 end) over (
            partition by uscc, kind, party, hs8 order by second, invt_no
            rows between unbounded preceding and current row
        ) as group_no
    from anchor
),

span as (
    select uscc, kind, party, hs8, group_no, min(second) as from_second, max(last_second) as to_second
    from numbered
    group by uscc, kind, party, hs8, group_no
),

member as (
    select
        span.uscc, span.kind, span.party, span.hs8, span.group_no, item.invt_no, item.value_fen,
        -- The same lists found by buyer, by address or under two goods are one group.
        min(item.invt_no) over whole_group || '..' || max(item.invt_no) over whole_group as signature
    from span
    join item
        on item.uscc = span.uscc and item.kind = span.kind and item.party = span.party and item.hs8 = span.hs8
        and item.second >= span.from_second and item.second <= span.to_second
    window whole_group as (partition by span.uscc, span.kind, span.party, span.hs8, span.group_no)
),

document as (
    select uscc, invt_no, max(value_fen) as value_fen from member group by uscc, invt_no
),

counted as (
    select uscc, count(distinct signature) as groups from member group by uscc
),

exposed as (
    select uscc, count(*) as n, cast(sum(value_fen) as bigint) as amount_fen from document group by uscc
)

select
    counted.uscc,
    $business_date - $window_days + 1 as window_from,
    cast(counted.groups as double) as value,
    1e0 as threshold,
    exposed.n,
    case when counted.groups >= $groups_high then 'high' else 'medium' end as severity,
    exposed.amount_fen,
    document.invt_no as document,
    document.value_fen as weight
from counted
join exposed on exposed.uscc = counted.uscc
join document on document.uscc = counted.uscc
