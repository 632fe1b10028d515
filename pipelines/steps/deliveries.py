"""What sources sent, as the pages show it: how feeds do, what waits in quarantine, and the way out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile, islice

from expectations.contracts.personal import without_personal_numbers
from expectations.contracts.schema import Contract, FieldContract
from expectations.vocabulary.language import LANGUAGES
from pipelines.steps.home import Home
from pipelines.steps.ingest.correction import correct_row
from pipelines.steps.ingest.file import Intake
from pipelines.steps.ingest.findings import words_of
from pipelines.steps.people import MAY_ANSWER_FOR_ROWS, actor
from pipelines.storage import batches
from pipelines.storage.lake import Lake
from pipelines.storage.quarantine import Quarantine, QuarantinedFile, QuarantinedRow, RowId, Settled
from reports.pages.deliveries import Cell, FeedHealth, SentAgain, WaitingRow

_DAY = 86400


@dataclass(frozen=True)
class Deliveries:
    """``intake`` is opened when a row is sent again: it is slow to load."""

    home: Home
    lake: Lake
    intake: Callable[[], Intake]

    def feeds(self, at: datetime) -> list[FeedHealth]:
        """Every table of the dictionary: late ones first, then those with rows that wait, then by name."""
        with self.home.database.reading() as connection:
            taken = [batch for batch in batches.all_batches(connection) if batch.state != "withdrawn"]
        waiting: dict[str, int] = {}
        for entry in Quarantine(self.lake).files():
            waiting[entry.file.table_name] = waiting.get(entry.file.table_name, 0) + entry.waiting
        found = [self._health(contract, taken, waiting, at) for contract in self.home.contracts.values()]
        return sorted(found, key=lambda one: (not one.is_connected, not one.is_late, not one.waiting, one.table))

    def _health(
        self, contract: Contract, taken: Iterable[batches.Batch], waiting: Mapping[str, int], at: datetime
    ) -> FeedHealth:
        terms, table = self.home.zone.feeds.get(contract.table), contract.table
        spoken = [batch for batch in taken if table in batch.reported_tables()]
        files = [file for batch in taken for file in batch.files if file.table_name == table]
        moments = [batch.sent_at for batch in spoken] + [file.received_until for file in files if file.received_until]
        last = max(moments, default=None)
        return FeedHealth(
            table=table,
            title=_title(contract),
            senders=tuple(contract.sent_by),
            is_connected=terms is not None,
            cadence_days=terms.cadence_days if terms else None,
            late_after_days=terms.late_after_days if terms else None,
            last_at=last,
            lag_days=(at - last).total_seconds() / _DAY if last else None,
            last_day=max((file.last_day for file in files if file.last_day), default=None),
            verdict=files[-1].verdict if files else None,
            waiting=waiting.get(table, 0),
        )

    def waiting(self, table: str, after: str, most: int) -> list[WaitingRow]:
        """Rows of a table that wait, those after one, at most so many."""
        if table not in self.home.contracts:
            return []
        quarantine = Quarantine(self.lake)
        moments = {(one.batch.sequence, one.file.part): one.batch.received_at for one in quarantine.files(table)}
        rows: Iterable[QuarantinedRow] = quarantine.waiting_rows(table)
        if after:
            last = RowId.parse(after)
            rows = dropwhile(lambda one: one.id <= last, rows)
        contract = self.home.contracts[table]
        return [_shown(contract, one, moments[one.id.sequence, one.id.part]) for one in islice(rows, most)]

    def row(self, row: str) -> tuple[WaitingRow, list[Cell], SentAgain | None]:
        """One row with its fields, and what became of it."""
        place, quarantine = RowId.parse(row), Quarantine(self.lake)
        entry, found = quarantine.row(place)
        contract, settled = self._contract(entry), quarantine.settlement(place)
        shown = _shown(contract, found, entry.batch.received_at)
        return shown, _cells(contract, found), _sent_again(settled) if settled else None

    def sent_again(self, most: int) -> list[SentAgain]:
        """Rows that were sent again last."""
        return [_sent_again(one) for one in Quarantine(self.lake).settled(most)]

    def correct(self, row: str, values: Mapping[str, str], account: str, at: datetime) -> str | None:
        """Send a row in again; None when it is accepted, else the id under which it waits now."""
        with self.home.database.reading() as connection:
            actor(connection, account, MAY_ANSWER_FOR_ROWS)
        place = RowId.parse(row)
        entry, _ = Quarantine(self.lake).row(place)
        fields = [name for name in self._contract(entry).field_names if name != "received_at"]
        corrected = {name: values.get(name, "").strip() for name in fields}
        (report,) = correct_row(self.intake(), place, corrected, account, at).batches
        broken = report.batch is not None and any(file.quarantined for file in report.files())
        return str(RowId(report.batch.sequence, 0, 1)) if broken and report.batch else None

    def _contract(self, entry: QuarantinedFile) -> Contract:
        return self.home.contracts[entry.file.table_name]


def _title(contract: Contract) -> dict[str, str]:
    return {"zh": contract.title.zh, "en": contract.title.en}


def _shown(contract: Contract, row: QuarantinedRow, received_at: datetime) -> WaitingRow:
    return WaitingRow(
        id=str(row.id),
        table=contract.table,
        title=_title(contract),
        file=row.name,
        row=row.id.row,
        received_at=received_at,
        reasons=tuple({language: words_of(contract, code, language) for language in LANGUAGES} for code in row.faults),
        text=without_personal_numbers(row.text),
    )


def _cells(contract: Contract, row: QuarantinedRow) -> list[Cell]:
    """The fields that can be corrected; when a row was received is not one: it is known from its correction on."""
    blamed = {code.partition(":")[2] for code in row.faults}
    return [
        Cell(
            name=told.name,
            meaning=told.meaning,
            is_required=told.required,
            value="" if _is_personal(told, row) else row.cells[told.name] or "",
            is_hidden=_is_personal(told, row),
            is_at_fault=told.name in blamed,
        )
        for told in contract.fields
        if told.name != "received_at"
    ]


def _is_personal(told: FieldContract, row: QuarantinedRow) -> bool:
    """Whether a field holds somebody's own number. Keys of documents are long numbers too, and no person's."""
    value = row.cells[told.name] or ""
    is_told = f"personal:{told.name}" in row.faults
    return is_told or (told.type == "string" and not told.key and without_personal_numbers(value) != value)


def _sent_again(one: Settled) -> SentAgain:
    return SentAgain(str(one.id), one.state, one.by_sequence, one.account, one.moment)
