"""Events as files in a front-end exchange directory (交换目录), which the receiver's own machine empties.

``outgoing/<package>.jsonl`` holds events, one a line; ``outgoing/<package>.manifest.json`` says how many, with the
sha256 of the file and a signature, and comes last: what has a manifest is whole. Names sort in order of writing. A
package may lie for hours, so its signature is checked without regard to its age.

In ``receipts/`` the receiver lays JSON Lines, ``{"id": "...", "status": "acknowledged"}`` or ``{"id": "...", "status":
"refused", "reason": "..."}``; what was read goes to ``receipts/taken/``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

from expectations.errors import UsageError
from expectations.vocabulary.digest import canonical_json, sha256_text
from pipelines.delivery.answers import Answer, Verdict
from pipelines.delivery.endpoint import Endpoint
from pipelines.delivery.ports import Clock, OutgoingMessage
from pipelines.delivery.signing import signed

OUTGOING, RECEIPTS, TAKEN = "outgoing", "receipts", "receipts/taken"

_LEFT_BEHIND = timedelta(days=1)

_ANSWERS = {"acknowledged": Verdict.ACKNOWLEDGED, "refused": Verdict.REFUSED}


@dataclass(frozen=True, slots=True)
class ExchangeDirectory:
    """The folder that both sides can write to, with the keys that manifests are signed with."""

    root: Path
    secrets: tuple[str, ...]

    @classmethod
    def of(cls, endpoint: Endpoint) -> ExchangeDirectory:
        """The directory an endpoint names, with its folders.

        Raises
        ------
        UsageError
            When it is not there, since a share that is not mounted must not be made up, or cannot be written to.
        """
        root = Path(unquote(endpoint.parts.path))
        if endpoint.parts.netloc or not root.is_dir():
            raise UsageError(
                f"There is no exchange directory {root}.", "Mount or make it; XINJI_RISK_CONTROL_URL=file:///FOLDER."
            )
        try:
            for folder in (OUTGOING, TAKEN):
                (root / folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"{root} cannot be written to: {error.strerror}.", "Give the relay's user leave."
            ) from error
        return cls(root, endpoint.secrets)

    def send(self, batch: Sequence[OutgoingMessage], clock: Clock) -> Iterator[tuple[OutgoingMessage, Answer]]:
        """Write messages as one package; a receipt will say what became of each."""
        try:
            name = self._write_package(batch, clock())
        except OSError as error:
            answer = Answer(Verdict.TRY_AGAIN, f"{self.root} cannot be written to: {error.strerror}")
        else:
            answer = Answer(Verdict.HANDED_OVER, receipt=name)
        for message in batch:
            yield message, answer

    def receipts(self) -> Iterator[tuple[str, Answer]]:
        """What the receiver says, file by file; one that is not whole yet is left for the next pass."""
        for path in sorted((self.root / RECEIPTS).glob("[!.]*.jsonl")):
            answers = _read(path)
            if answers is None:
                continue
            yield from answers
            path.replace(self.root / TAKEN / path.name)

    def unreadable(self) -> list[str]:
        """The names of receipt files that cannot be read, whole or not."""
        return [path.name for path in sorted((self.root / RECEIPTS).glob("[!.]*.jsonl")) if _read(path) is None]

    def _write_package(self, batch: Sequence[OutgoingMessage], now: datetime) -> str:
        content = "".join(f"{message.body}\n" for message in batch)
        digest = sha256_text(content)
        name = f"{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{digest[:12]}"
        manifest = canonical_json(
            {
                "package": name,
                "file": f"{name}.jsonl",
                "sha256": digest,
                "bytes": len(content.encode()),
                "events": len(batch),
            }
        )
        envelope = {"manifest": manifest, "headers": signed(self.secrets, name, manifest, now)}
        folder = self.root / OUTGOING
        _clear_away(folder, now - _LEFT_BEHIND)
        _lay_down(folder / f"{name}.jsonl", content)
        _lay_down(folder / f"{name}.manifest.json", canonical_json(envelope))
        return name


def _clear_away(folder: Path, before: datetime) -> None:
    """Remove what a relay that was killed long ago had begun: files aside, and data that no manifest came for."""
    for path in (*folder.glob(".*.part"), *folder.glob("[!.]*.jsonl")):
        is_whole = path.with_suffix(".manifest.json").exists()
        with suppress(FileNotFoundError):  # the receiver may take its files at any moment
            if not is_whole and path.stat().st_mtime < before.timestamp():
                path.unlink()


def _read(path: Path) -> list[tuple[str, Answer]] | None:
    """The answers in a file of receipts; None where a line is no receipt, as while it is being written."""
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [
            (
                str(line["id"]),
                Answer(_ANSWERS[line["status"]], str(line.get("reason") or line["status"]), receipt=path.name),
            )
            for line in lines
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _lay_down(target: Path, content: str) -> None:
    """Write aside under a hidden name, flush, and rename, so that a file is there whole or not at all."""
    aside = target.with_name(f".{target.name}.part")
    with aside.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name, too, outlives the machine's going dark
    finally:
        os.close(folder)
