"""Take a delivery in: all its files first, then one transaction that makes the batch count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from expectations.errors import NotFoundError, XinjiError
from expectations.intake.delivery import Delivery, FileOnOffer, find_deliveries
from expectations.intake.manifest import Manifest
from expectations.vocabulary.digest import sha256_file, sha256_many
from pipelines.steps.ingest.file import Intake, Setting, TakenFile, take_file
from pipelines.steps.ingest.findings import of_notices
from pipelines.steps.ingest.orphans import Known, count_orphans
from pipelines.steps.ingest.report import BatchReport, IngestReport
from pipelines.storage import batches
from pipelines.storage.lake import LakeFile, Snapshot, snapshot_of
from pipelines.storage.working import working_folder

OnCommit = Callable[[Connection, int, Sequence[TakenFile]], None]
"""What else to write in the transaction that takes a batch, given its sequence."""


@dataclass(frozen=True)
class _Arrival:
    """Files with the digests of their bytes, the knowledge time of rows that carry none, and the sender's moment."""

    files: tuple[tuple[FileOnOffer, str], ...]
    received_at: datetime
    sent_at: datetime


def take_in(intake: Intake, path: Path, received_at: datetime) -> IngestReport:
    """Take every batch at a path into the lake.

    The same batch again changes nothing. Killed at any moment and run again with the same ``received_at``, the result
    is that of a run without interruption: lake files are named by their content and count only once the batch's
    transaction has committed.

    Parameters
    ----------
    intake:
        The lake, the contracts and the gate.
    path:
        As for ``find_deliveries``.
    received_at:
        The moment of ingestion: knowledge time of rows that carry none, unless their manifest says otherwise.
    """
    deliveries = find_deliveries(path, intake.contracts.keys())
    return IngestReport(tuple(_take(intake, delivery, received_at) for delivery in deliveries))


def take_batch(
    intake: Intake, delivery: Delivery, received_at: datetime, on_commit: OnCommit | None = None
) -> BatchReport:
    """Take one batch with at least one file."""
    digests = [sha256_file(offer.path) if offer.path.is_file() else "" for offer in delivery.files]
    # With the table, because an empty file of one table is not an empty file of another.
    content = sha256_many(f"{offer.table} {digest}" for offer, digest in zip(delivery.files, digests, strict=True))
    manifest = delivery.manifest
    identity = batches.identity_of(manifest.source, manifest.batch_id, content) if manifest else content
    tables = {offer.table for offer in delivery.files}
    files_sent = tuple(zip(delivery.files, digests, strict=True))
    sent_at = manifest.produced_at if manifest else received_at
    arrived = _Arrival(files_sent, _knowledge_time(manifest, received_at), sent_at)
    while True:
        with intake.lake.database.reading() as connection:
            taken_before = batches.all_batches(connection)
        if known := next((batch for batch in taken_before if batch.identity == identity), None):
            return _again(delivery, known, content)
        with working_folder(intake.lake.root / "working") as work:
            files = _take_files(intake, arrived, taken_before, work)
        new = batches.NewBatch(
            identity=identity,
            content_digest=content,
            source=manifest.source if manifest else None,
            batch_id=manifest.batch_id if manifest else None,
            produced_at=manifest.produced_at if manifest else None,
            received_at=arrived.received_at,
            files=tuple(file.row for file in files),
            nothing_new=manifest.nothing_new if manifest else (),
        )
        with intake.lake.database.transaction() as connection:
            # Duplicates were told against the versions that counted at the start; if others count by now, look again.
            taken_by_now = batches.all_batches(connection)
            if any(_versions(taken_by_now, table) != _versions(taken_before, table) for table in tables):
                continue
            if batches.find(connection, identity):
                continue
            sequence = batches.add(connection, new)
            if on_commit:
                on_commit(connection, sequence, files)
            batch = batches.get(connection, sequence)
        return BatchReport(str(delivery.path), "taken", batch, of_notices(delivery.notices))


def _versions(taken: Sequence[batches.Batch], table: str) -> tuple[LakeFile, ...]:
    return snapshot_of(taken).of(table)


def _take(intake: Intake, delivery: Delivery, received_at: datetime) -> BatchReport:
    if delivery.problem:
        return _refusal(delivery, delivery.problem)
    if delivery.manifest and delivery.manifest.operation == "withdraw":
        return _withdraw(intake, delivery, delivery.manifest, received_at)
    return take_batch(intake, delivery, received_at)


def _knowledge_time(manifest: Manifest | None, received_at: datetime) -> datetime:
    return manifest.received_at if manifest and manifest.received_at else received_at


def _take_files(
    intake: Intake, arrived: _Arrival, taken_before: Sequence[batches.Batch], work: Path
) -> list[TakenFile]:
    counting = snapshot_of(taken_before)
    sequence = 1 + max((batch.sequence for batch in taken_before), default=0)
    taken: list[TakenFile] = []
    for part, (offer, digest) in enumerate(arrived.files):
        before = [file for file in taken if file.row.table_name == offer.table]
        setting = Setting(
            part=part,
            sha256=digest,
            first_row=1 + sum(file.row.received for file in before),
            received_at=arrived.received_at,
            sent_at=arrived.sent_at,
            sequence=sequence,
            earlier=(*counting.of(offer.table), *(file.versions for file in before if file.versions)),
        )
        taken.append(take_file(intake, offer, setting, work))
    return _with_orphans(intake, counting, taken, work)


def _with_orphans(intake: Intake, counting: Snapshot, taken: Sequence[TakenFile], work: Path) -> list[TakenFile]:
    """Count orphans last, so that an order and its payment may come in one batch in any order."""
    files: dict[str, list[LakeFile]] = {}
    for file in (*counting.known_by(None), *(each.versions for each in taken if each.versions)):
        files.setdefault(file.table, []).append(file)
    known = Known(intake.lake, intake.contracts, files)
    counted = []
    for each in taken:
        if each.versions is None:
            counted.append(each)
            continue
        with closing(intake.connect(work)) as connection:
            orphans = count_orphans(connection, known, each.versions)
        counted.append(replace(each, row=replace(each.row, orphans=orphans)))
    return counted


def _again(delivery: Delivery, known: batches.Batch, content: str) -> BatchReport:
    if known.content_digest == content:
        return BatchReport(str(delivery.path), "already_taken", known, of_notices(delivery.notices))
    problem = XinjiError(
        f"{delivery.path}: batch '{known.batch_id}' of '{known.source}' was taken before with other content.",
        "Ask the sender for a new batch id; corrections come as a new batch.",
    )
    return _refusal(delivery, problem)


def _refusal(delivery: Delivery, problem: XinjiError) -> BatchReport:
    finding = {"code": "batch_refused", "level": "withhold", "en": str(problem), "zh": f"本批被拒收:{problem.problem}"}
    return BatchReport(str(delivery.path), "refused", None, (finding,))


def _withdraw(intake: Intake, delivery: Delivery, manifest: Manifest, received_at: datetime) -> BatchReport:
    identity = batches.identity_of(manifest.source, manifest.batch_id, "")
    with intake.lake.database.transaction() as connection:
        batch = batches.find(connection, identity)
        if batch is None:
            problem = NotFoundError(
                f"{delivery.path}: there is no batch '{manifest.batch_id}' of '{manifest.source}' to withdraw.",
                "Ask the sender which batch is meant.",
            )
            return _refusal(delivery, problem)
        moment = _knowledge_time(manifest, received_at)
        changed = batches.withdraw(connection, batch.sequence, manifest.source, "withdrawn by its sender", moment)
        withdrawn = batches.get(connection, batch.sequence)
    return BatchReport(str(delivery.path), "withdrawn" if changed else "already_taken", withdrawn)
