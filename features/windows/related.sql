-- Related parties as of D: how many, how many of the whole component were set up within a year, and which penalties are
-- in force against the others.
with version as (
    select *, row_number() over (partition by uscc order by valid_from desc, key_hash) as recency
    from known_enterprise
),

member as (
    select
        related_party.uscc,
        related_party.component,
        case when version.established_on > $business_date - 365 then 1 else 0 end as is_new,
        coalesce(facts.general_penalties_in_force, 0) + coalesce(facts.serious_penalties_in_force, 0) as penalties
    from related_party
    left join version on version.uscc = related_party.uscc and version.recency = 1
    left join feature_facts as facts on facts.uscc = related_party.uscc
),

component as (
    select component, count(*) as members, sum(is_new) as new_members, sum(penalties) as penalties
    from member
    group by component
)

select
    population.uscc,
    coalesce(component.members - 1, 0) as related_parties,
    component.new_members / component.members as new_related_share,
    coalesce(component.penalties - member.penalties, 0) as related_penalties_in_force
from population
left join member on member.uscc = population.uscc
left join component on component.component = member.component
