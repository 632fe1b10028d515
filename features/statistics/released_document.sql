-- One row per document that counts as cross-border e-commerce turnover (domain pack, section 6) and was released in
-- [$from_day, $to_day]: retail lists (9610, 1210, 1239) and business-to-business declarations (9710, 9810), cancelled
-- lists left out. A 9610 summary declaration sums lists that are counted already and is no document of its own here.
-- The goods of a document are the chapter of its largest line. Amounts in fen: imports CIF, exports FOB.
with list_line as (
    select
        inventory_hash as document_hash,
        substr(hs_code, 1, 2) as chapter,
        row_number() over (partition by inventory_hash order by line_total desc, line_no) as place
    from known_inventory_line
),

declaration_goods as (
    select
        declaration_hash as document_hash,
        substr(hs_code, 1, 2) as chapter,
        row_number() over (partition by declaration_hash order by line_total desc, line_no) as place
    from known_declaration_line
)

select
    'inventory' as kind,
    list.key_hash,
    list.order_hash,
    list.uscc,
    cast(date_trunc('month', cast(list.released_at as date)) as date) as month,
    list.mode,
    list.direction,
    list.country,
    coalesce(list.port_code, list.customs_code) as port,
    list_line.chapter,
    cast(list.declared_value_cny * 100 as bigint) as value_fen
from known_inventory as list
left join list_line on list_line.document_hash = list.key_hash and list_line.place = 1
where list.mode in ('9610', '1210', '1239') and list.cancelled_at is null
    and cast(list.released_at as date) between $from_day and $to_day
union all
select
    'declaration',
    declaration.key_hash,
    null,
    declaration.uscc,
    cast(date_trunc('month', cast(declaration.released_at as date)) as date),
    declaration.mode,
    declaration.direction,
    declaration.country,
    declaration.port_code,
    declaration_goods.chapter,
    cast(declaration.amount_cny * 100 as bigint)
from known_declaration as declaration
left join declaration_goods on declaration_goods.document_hash = declaration.key_hash and declaration_goods.place = 1
where declaration.mode in ('9710', '9810') and declaration.summary_of is null
    and cast(declaration.released_at as date) between $from_day and $to_day
