"""How long a day's judgement takes: everybody graded, and the run in the ledger, against writing the same bytes.

The enterprises are made up. Half of them are quiet: no fact, no alert, the values of an enterprise that did nothing.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from expectations.vocabulary.digest import canonical_json, sha256_text
from expectations.vocabulary.grade import Grade, Severity
from expectations.vocabulary.moment import knowledge_cutoff
from features.catalogue import load_catalogue
from features.table import FeatureTable, vector_digests
from models.grade.subject import OfficialFact, PreviousGrade
from models.policy.book import PolicyBook
from models.scorecard.reading import expert_scorecard
from pipelines.benchmarks.measuring import BenchmarkError, Figure, Report, measured
from pipelines.steps.judging import Circumstances, Measured, Memory, judge_everyone
from pipelines.storage import decisions, ledger
from pipelines.storage.database import Database
from pipelines.storage.migrations import bring_up_to_date
from reports.alerts.alert import Hit
from reports.alerts.episodes import alerts_on

GOAL = "at most 30 CPU seconds for 100,000 enterprises"
D = date(2026, 10, 31)
_SHARE_QUIET = 0.5
_SHARE_WITH_FACT = 0.05
_SHARE_WITH_HIT = 0.02
_SHARE_UNGRADED_BEFORE = 0.03

Result = TypeVar("Result")
Laps = dict[str, tuple[float, float]]


def judging(enterprises: int, seed: int) -> Report:
    """Judge and commit a made-up day, then write the same bytes with nothing but a digest and one table.

    Raises
    ------
    BenchmarkError
        When the floor did not write the bytes the ledger holds.
    """
    with TemporaryDirectory(prefix="xinji-bench-") as folder:
        whole, (laps, digest) = measured("judge and commit", judge_and_commit, enterprises, seed, Path(folder))
        figures = [Figure(name, *lap, whole.peak_mib) for name, lap in laps.items()]
        reading, (lap, size, same) = measured("floor", write_plainly, Path(folder))
        floor = Figure(reading.name, *lap, reading.peak_mib)
    if digest != same:
        raise BenchmarkError("The floor wrote other bytes than the ledger.")
    used = sum(figure.cpu_seconds for figure in figures)
    whole = Figure(whole.name, sum(figure.seconds for figure in figures), used, whole.peak_mib)
    details = {"enterprises": enterprises, "seed": seed, "bytes": size, "business_date": D.isoformat()}
    return Report("judging", (*figures, whole, floor), floor.name, round(used / floor.cpu_seconds, 2), GOAL, details)


def judge_and_commit(enterprises: int, seed: int, folder: Path) -> tuple[Laps, str]:
    """Seconds and CPU seconds of judging and of committing, and the digest of every body written."""
    day = SyntheticDay(enterprises, seed)
    laps: Laps = {}
    judged = _lap(laps, "judge everyone", day.judge)
    database = Database(f"sqlite:///{folder / 'ledger.db'}")
    bring_up_to_date(database)
    _lap(laps, "commit the run", lambda: _commit(database, day.run, judged))
    with database.reading() as connection:
        digest = sha256()
        for entry in ledger.entries(connection, "decisions", kind="decision"):
            digest.update(entry.body.encode())
    database.close()
    return laps, digest.hexdigest()


def write_plainly(folder: Path) -> tuple[tuple[float, float], int, str]:
    """The floor: canonical JSON and sha256 of the same records, and one statement that inserts them.

    Gives seconds and CPU seconds, without those of reading the records back, the bytes written and their digest.
    """
    with sqlite3.connect(folder / "ledger.db") as source:
        bodies = [body for (body,) in source.execute("select body from ledger_entry where kind = 'decision'")]
    records = [json.loads(body) for body in bodies]
    del bodies
    laps: Laps = {}
    size, digest = _lap(laps, "floor", lambda: _floor(records, folder))
    return laps["floor"], size, digest


def _floor(records: list[dict[str, Any]], folder: Path) -> tuple[int, str]:
    size, whole = 0, sha256()
    with sqlite3.connect(folder / "floor.db") as target:
        target.execute("create table entry (digest text primary key, uscc text, body text)")
        rows = []
        for record in records:
            body = canonical_json(record)
            size += len(body)
            whole.update(body.encode())
            rows.append((sha256_text(body), record["uscc"], body))
        target.executemany("insert into entry values (?, ?, ?)", rows)
    return size, whole.hexdigest()


def _lap(laps: Laps, name: str, work: Callable[[], Result]) -> Result:
    began, used = time.perf_counter(), time.process_time()
    result = work()
    laps[name] = time.perf_counter() - began, time.process_time() - used
    return result


def _commit(database: Database, run: decisions.Run, judged: decisions.Judged) -> None:
    with database.transaction() as connection:
        decisions.commit_run(connection, run, judged)


class SyntheticDay:
    """A day's measurements of made-up enterprises (``measured``), the same for the same seed."""

    def __init__(self, enterprises: int, seed: int, day: date = D) -> None:
        self._day = day
        self._chance = np.random.default_rng(seed)
        self._names = [f"91659007MB{number:08d}" for number in range(enterprises)]
        self._catalogue = load_catalogue()
        self._policy = PolicyBook.load().in_force(self._day)
        self._scorer = expert_scorecard(self._catalogue, self._day)
        features = self._features()
        hits = tuple(self._hits())
        self._alert_day = alerts_on(hits, (), (), self._policy)
        self.measured = Measured(
            features, vector_digests(features.frame), self._facts(), hits, (), (), frozenset(), frozenset()
        )
        self._memory = Memory(self._previous(), {})

    @property
    def run(self) -> decisions.Run:
        """The run as the commit wants it."""
        return decisions.Run(
            self._day,
            knowledge_cutoff(self._day),
            "0" * 64,
            self._policy.digest,
            "1",
            self._scorer.digest,
            "v",
            "0" * 64,
            "bench",
        )

    def judge(self, memory: Memory | None = None) -> decisions.Judged:
        """Decide about everybody, with the made-up memory unless another is given."""
        given = Circumstances(
            self._policy, self._catalogue, self._scorer, "1", "0" * 64, "bench", 0.0, ("trace_event",), (),
            "/zones/bench", knowledge_cutoff(self._day),
        )  # fmt: skip
        return judge_everyone(self.measured, self._alert_day, memory or self._memory, given)

    def _features(self) -> FeatureTable:
        count = len(self._names)
        active = self._chance.random(count) >= _SHARE_QUIET
        values = {
            feature.name: np.where(
                active, self._chance.gamma(1.0, 1.0 if feature.unit in ("share", "ratio", "flag") else 20.0, count), 0.0
            )
            for feature in self._catalogue.features
        }
        index = pd.Index(self._names, name="uscc")
        profile = pd.DataFrame(
            {
                "name": [f"企业{number}" for number in range(count)],
                "established_on": [self._day - timedelta(days=200 + number % 4000) for number in range(count)],
                "registration_status": "operating",
                "roles": "platform",
                "has_trade_history": active,
            },
            index=index,
        )
        return FeatureTable(pd.DataFrame(values, index=index), profile, self._day, knowledge_cutoff(self._day))

    def _chosen(self, share: float) -> Iterator[tuple[int, str]]:
        """Some of the enterprises that are not quiet, numbered."""
        busy = int(len(self._names) * share)
        yield from enumerate(self._chance.choice(self._names, size=busy, replace=False).tolist())

    def _facts(self) -> Mapping[str, tuple[OfficialFact, ...]]:
        kinds = ("general", "serious", "minor")
        return {
            uscc: (
                OfficialFact(
                    "penalty",
                    f"P-{number}",
                    {"kind": "false_declaration", "severity": kinds[number % 3], "decided_on": "2026-09-30"},
                ),
            )
            for number, uscc in self._chosen(_SHARE_WITH_FACT)
        }

    def _hits(self) -> Iterator[Hit]:
        first = self._day - timedelta(days=6)
        for number, uscc in self._chosen(_SHARE_WITH_HIT):
            severity = Severity.HIGH if number % 5 == 0 else Severity.MEDIUM
            yield Hit("R01", uscc, first, self._day, 0.02, 0.01, 200, severity, (f"I{number}", f"J{number}"), 1_000)

    def _previous(self) -> Mapping[str, PreviousGrade]:
        """Half of the grades move: far more than on any real day."""
        grades = (Grade.B, Grade.C)
        return {
            uscc: PreviousGrade(self._day - timedelta(days=1), grades[number % 2])
            for number, uscc in enumerate(self._names)
            if number % int(1 / _SHARE_UNGRADED_BEFORE)
        }
