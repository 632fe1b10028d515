-- The supervision mode (监管方式) under which an enterprise declared most documents in [$from_day, $to_day], the lower
-- code where two are equal; business-to-business and general trade included. Cancelled lists count, for an enterprise
-- that cancels them trades so too; a 9610 summary declaration does not, for its lists do.
select uscc, mode
from (
    select uscc, mode, row_number() over (partition by uscc order by count(*) desc, mode) as place
    from (
        select uscc, mode from known_inventory where event_day between $from_day and $to_day
        union all
        select uscc, mode from known_declaration
        where event_day between $from_day and $to_day and summary_of is null
    ) as document
    where mode is not null
    group by uscc, mode
) as counted
where place = 1
order by uscc
