"""Korean import declarations: one published row becomes a declaration, its line and its inspection."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import duckdb

from expectations.contracts.schema import Words
from expectations.contracts.typed import literal
from expectations.errors import UsageError
from pipelines.sources.adapter import Adapter, Translation
from pipelines.sources.description import Description, read_description
from pipelines.sources.landing import add_enterprises, count_notes, find_file, workbench, write_batches


@cache
def description() -> Description:
    """What ``source.yml`` says."""
    return read_description(Path(__file__).with_name("source.yml"))


_DECLARATIONS = """
create table declarations as
select
    published.*,
    enterprise_of.uscc,
    lpad("Office ID", 4, '0') || substr("Date", 1, 4) || '1' || lpad("Declaration ID", 9, '0') as entry_id,
    cast(try_cast("Date" as date) as timestamptz)
        + to_hours(cast(getvariable('declared_hour') as integer)) as declared_at,
    coalesce(strftime(try_cast("Date" as date), '%Y-%m'), 'undated') as batch
from published left join enterprise_of on enterprise_of.identifier = published."Importer ID"
order by published.number
"""


class KoreaCustoms:
    """Reads ``df_syn_{train,valid,test}_eng.csv``, plain or gzip, and writes a batch per month."""

    name = "korea_customs"

    def translate(self, path: Path, out: Path) -> Translation:
        """See :class:`pipelines.sources.adapter.Adapter`."""
        with workbench(description(), path) as connection:
            notes = _read(connection, path)
            importers = connection.execute('select distinct "Importer ID" from published').fetchall()
            add_enterprises(connection, self.name, (importer for (importer,) in importers if importer))
            connection.execute(_DECLARATIONS)
            _refuse_repeated_numbers(connection, path)
            rows = int(connection.execute("select count(*) from declarations").fetchall()[0][0])
            return write_batches(connection, description(), out, rows, notes)


def _read(connection: duckdb.DuckDBPyConnection, path: Path) -> list[Words]:
    """Read all files as text into ``published``, numbered in their order."""
    notes: list[Words] = []
    for place, file in enumerate(description().files):
        found = find_file(path, file)
        scan = f"read_csv({literal(str(found))}, header = true, all_varchar = true, strict_mode = true)"
        verb = "insert into published by name" if place else "create table published as"
        connection.execute(f"{verb} select {place} * 1000000000 + row_number() over () as number, * from {scan}")
        rows = connection.execute(f"select count(*) from {scan}").fetchall()[0][0]
        notes += count_notes(file, found, int(rows))
    return notes


def _refuse_repeated_numbers(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """The declaration number is ours, so that two rows sharing one would be our fault and not the sender's."""
    repeated = connection.execute(
        "select entry_id from declarations group by entry_id having count(*) > 1 order by 1 limit 1"
    ).fetchall()
    if repeated:
        raise UsageError(
            f"{path}: two rows would get the declaration number {repeated[0][0]}.",
            "Look for a Declaration ID that occurs twice in one office and year.",
        )


ADAPTER: Adapter = KoreaCustoms()
