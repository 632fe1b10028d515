"""What documents are held against, in the lake: one folder a state, and the latest one held in memory.

Nothing here is a record: a screening keeps the figures it rests on, so that an older reference can go.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Lock

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.vocabulary.digest import canonical_json, sha256_file, sha256_text
from features.engine import Engine
from features.screening.reference import LikeGoods, Reference, Span
from pipelines.storage.lake import write_whole

HELD = 2
"""References that are held: the latest, and the one before it, which somebody may be reading."""

LOOKS_EVERY = timedelta(seconds=5)
"""How often a process looks whether there is a newer one."""


class FolderOfReferences:
    """References under one folder.

    Parameters
    ----------
    folder:
        ``lake/screening`` of a home; made when it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: Reference | None = None
        self._held_from: Path | None = None
        self._looked_at: datetime | None = None
        self._gate = Lock()

    def write(self, engine: Engine, selects: Mapping[str, str], business_date: date, known_at: datetime) -> str:
        """Keep a day's reference, in place of those before the last; gives its digest."""
        aside = self.folder / f".{os.getpid()}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        for name, select in selects.items():
            engine.write(select, aside / f"{name}.parquet")
        told = {
            "business_date": business_date.isoformat(),
            "known_at": known_at.isoformat(),
            "files": {name: sha256_file(aside / f"{name}.parquet") for name in selects},
        }
        text = canonical_json(told)
        write_whole(aside / "index.json", text.encode("utf-8"))
        digest = sha256_text(text)
        target = self.folder / f"{known_at:%Y%m%dT%H%M%S%z}-{business_date:%Y%m%d}-{digest[:16]}"
        shutil.rmtree(target, ignore_errors=True)
        aside.rename(target)
        for older in self._all()[:-HELD]:
            shutil.rmtree(older, ignore_errors=True)
        return digest

    def holds(self, business_date: date, known_at: datetime) -> bool:
        """Whether the reference of a (D, K) is there."""
        return any(_index_times(path / "index.json") == (business_date, known_at) for path in self._all())

    def latest(self, now: datetime) -> Reference | None:
        """The latest reference; None where none was made yet."""
        with self._gate:
            if self._looked_at is None or now - self._looked_at >= LOOKS_EVERY or now < self._looked_at:
                self._looked_at = now
                newest = next(iter(self._all()[-1:]), None)
                if newest != self._held_from:
                    self._held, self._held_from = (read_reference(newest) if newest else None), newest
            return self._held

    def _all(self) -> list[Path]:
        """Folders of references by what they know, oldest first."""
        return [path.parent for path in sorted(self.folder.glob("[!.]*/index.json"), key=_index_times)]


def read_reference(folder: Path) -> Reference:
    """The reference in a folder, whole in memory."""
    text = (folder / "index.json").read_text(encoding="utf-8")
    prices, buyers, rates = (pq.read_table(folder / f"{name}.parquet") for name in ("prices", "buyers", "rates"))
    return Reference(
        business_date=date.fromisoformat(json.loads(text)["business_date"]),
        digest=sha256_text(text),
        prices={
            (one["hs_code"], one["statutory_unit"], one["origin_country"]): LikeGoods(
                int(one["twice_median"]), float(one["deviation"]), int(one["lines"]), int(one["enterprises"])
            )
            for one in prices.to_pylist()
        },
        buyer_hashes=buyers["buyer_hash"].to_numpy(),
        counted_fen=buyers["counted_fen"].to_numpy(),
        tariff=_spans(pq.read_table(folder / "tariff.parquet")),
        positive_list=_spans(pq.read_table(folder / "positive_list.parquet")),
        rates={(one["month"], one["currency"]): float(one["rate"]) for one in rates.to_pylist()},
    )


def _spans(table: pa.Table) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for one in table.to_pylist():
        found.setdefault(one["code"], []).append((one["valid_from"], one["valid_to"]))
    return found


def _index_times(path: Path) -> tuple[date, datetime]:
    """(D, K) of the reference that an index tells of."""
    told = json.loads(path.read_text(encoding="utf-8"))
    return date.fromisoformat(told["business_date"]), datetime.fromisoformat(told["known_at"])
