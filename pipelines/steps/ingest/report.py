"""What an ingest tells: numbers per table, and every batch and file in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pipelines.storage.batches import Batch, BatchFile, worst

Outcome = Literal["taken", "already_taken", "withdrawn", "refused"]

_COUNTS = ("received", "accepted", "quarantined", "duplicates", "orphans")


@dataclass(frozen=True)
class BatchReport:
    """One batch as it was met.

    Attributes
    ----------
    outcome:
        ``taken``; ``already_taken``: the same batch came before and nothing changed; ``withdrawn``: its manifest took
        an earlier batch back; ``refused``: its manifest cannot be followed.
    batch:
        None when it was refused.
    findings:
        Remarks on the delivery as a whole; those on files are with the files.
    """

    path: str
    outcome: Outcome
    batch: Batch | None
    findings: tuple[dict[str, Any], ...] = ()

    def files(self) -> tuple[BatchFile, ...]:
        """The files with their numbers as of this delivery: of a batch that came again, every row is a duplicate."""
        if self.batch is None or self.outcome == "withdrawn":
            return ()
        return self.batch.files

    def as_json(self) -> dict[str, Any]:
        """Plain values for one JSON document."""
        batch = self.batch
        return {
            "path": self.path,
            "outcome": self.outcome,
            "already_taken": self.outcome == "already_taken",
            "sequence": batch.sequence if batch else None,
            "source": batch.source if batch else None,
            "batch_id": batch.batch_id if batch else None,
            "verdict": batch.verdict if batch else None,
            "state": batch.state if batch else None,
            "findings": list(self.findings),
            "files": [self._file_json(file) for file in self.files()],
        }

    def _file_json(self, file: BatchFile) -> dict[str, Any]:
        return {
            "table": file.table_name,
            "name": file.name,
            "sha256": file.sha256,
            "verdict": file.verdict,
            "refused": file.is_refused,
            **_counts(file, again=self.outcome == "already_taken"),
            "findings": list(file.findings),
        }


@dataclass(frozen=True)
class IngestReport:
    """Everything one ingest met, in the order in which it was taken."""

    batches: tuple[BatchReport, ...]

    @property
    def withheld_something(self) -> bool:
        """Whether a batch met here is kept from use until an officer releases it, taken now or before."""
        return any(report.batch is not None and report.batch.state == "withheld" for report in self.batches)

    @property
    def refused_something(self) -> bool:
        """Whether there was a manifest that cannot be followed."""
        return any(report.outcome == "refused" for report in self.batches)

    def tables(self) -> dict[str, dict[str, Any]]:
        """Per table the sums over all batches, and the worst verdict."""
        sums: dict[str, dict[str, Any]] = {}
        for report in self.batches:
            for file in report.files():
                total = sums.setdefault(file.table_name, {**dict.fromkeys(_COUNTS, 0), "verdict": "pass"})
                for name, count in _counts(file, again=report.outcome == "already_taken").items():
                    total[name] += count
                total["verdict"] = worst([total["verdict"], file.verdict])
        return dict(sorted(sums.items()))

    def as_json(self) -> dict[str, Any]:
        """The document that ``xinji ingest --json`` prints."""
        return {"tables": self.tables(), "batches": [report.as_json() for report in self.batches]}


def _counts(file: BatchFile, *, again: bool) -> dict[str, int]:
    if again:
        return {"received": file.received, "accepted": 0, "quarantined": 0, "duplicates": file.received, "orphans": 0}
    return {name: getattr(file, name) for name in _COUNTS}
