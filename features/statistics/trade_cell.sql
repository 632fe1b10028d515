-- Turnover per enterprise, month and cut: released and returned documents and their fen. What both are added up of, so
-- that every figure of a bulletin comes from the same rows. Empty where the document does not say.
select
    uscc, month, mode, direction, country, port, chapter,
    cast(sum(documents) as bigint) as documents,
    cast(sum(gross_fen) as bigint) as gross_fen,
    cast(sum(returns) as bigint) as returns,
    cast(sum(returned_fen) as bigint) as returned_fen
from (
    select uscc, month, mode, direction, country, port, chapter, 1 as documents, value_fen as gross_fen, 0 as returns,
        0 as returned_fen
    from released_document
    union all
    select uscc, month, mode, direction, country, port, chapter, 0, 0, 1, value_fen
    from returned_document
    where key_hash is not null
) as added
group by uscc, month, mode, direction, country, port, chapter
order by uscc, month, mode, direction, country, port, chapter
