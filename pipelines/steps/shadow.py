"""The challenger beside the champion: the same enterprises on the same day, recorded, and shown to nobody.

Its records lie in a folder of their own, by content, and the ledger keeps their digest. They are no decisions: no
query, list, page, certificate or message reads them. What they are for is the next validation.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.errors import XinjiError
from expectations.vocabulary.grade import Grade
from expectations.vocabulary.moment import zoned
from models.grade.engine import judge
from models.grade.record import subject_of
from pipelines.steps.home import Champion, Home
from pipelines.steps.judging import Measured
from pipelines.storage.decisions import Judged
from pipelines.storage.ledger import NewEntry

SHADOW = "shadow"
"""The kind of the ledger's entry."""


@dataclass(frozen=True)
class Shadow:
    """What a challenger would have said on a day.

    Attributes
    ----------
    records:
        Columns ``uscc``, ``p``, ``score``, ``grade``, ``grade_model``, ``champion_grade``; None when it failed.
    failure:
        Why it said nothing. A challenger that fails never stops the day.
    """

    version: str
    model_digest: str
    records: pd.DataFrame | None
    failure: str | None = None

    @property
    def says(self) -> str:
        """One line for an operator."""
        if self.records is None:
            return f"Challenger {self.version} failed: {self.failure}"
        same = (self.records["grade"] == self.records["champion_grade"]).mean()
        return f"Challenger {self.version} judged {len(self.records)} enterprises; {same:.0%} as the champion."


def shadow_of(home: Home, measured: Measured, judged: Judged, champion: Champion) -> Shadow | None:
    """Let the challenger judge what the champion judged; None when there is no challenger.

    Facts, caps, previous grades and feeds are those of the champion's decisions; only p and p0 are the challenger's.
    """
    try:
        challenger = home.challenger()
    except XinjiError as error:
        return Shadow("", "", None, str(error))
    if challenger is None or challenger.version == champion.version:
        return None
    scorer = challenger.scorer
    try:
        probabilities = scorer.probabilities(measured.features.frame)
    except XinjiError as error:
        return Shadow(challenger.version, scorer.digest, None, str(error))
    policy = home.policies.in_force(measured.features.business_date)
    rows = []
    for sealed, p in zip(judged.decisions, probabilities, strict=True):
        record = sealed.record
        outcome = judge(replace(subject_of(record), p=float(p), p0=scorer.base_rate), policy)
        rows.append((record["uscc"], float(p), outcome.score, outcome.grade, outcome.grade_model, record["grade"]))
    columns = ["uscc", "p", "score", "grade", "grade_model", "champion_grade"]
    return Shadow(challenger.version, scorer.digest, pd.DataFrame(rows, columns=columns))


def shadow_entry(home: Home, shadow: Shadow, business_date: date, known_at: datetime) -> NewEntry:
    """Write a shadow's records by content, and give the ledger's entry about them."""
    body: dict[str, Any] = {
        "business_date": business_date.isoformat(),
        "known_at": zoned(known_at).isoformat(),
        "model": {"version": shadow.version, "digest": shadow.model_digest},
        "failure": shadow.failure,
    }
    if shadow.records is not None:
        grades = Counter(shadow.records["grade"].dropna())
        body |= {
            "records": _stored(home, shadow.records),
            "enterprises": len(shadow.records),
            "grades": {grade.value: grades[grade] for grade in Grade if grades[grade]},
            "as_champion": int((shadow.records["grade"] == shadow.records["champion_grade"]).sum()),
        }
    return NewEntry.of(SHADOW, business_date.isoformat(), body)


def _stored(home: Home, records: pd.DataFrame) -> str:
    """The name of the file, which is the sha256 of its bytes. Written aside and renamed, so a kill leaves no half."""
    sink = pa.BufferOutputStream()
    plain = records.astype({"grade": object, "grade_model": object, "champion_grade": object})
    pq.write_table(pa.Table.from_pandas(plain, preserve_index=False), sink, compression="zstd")
    content = sink.getvalue().to_pybytes()
    name = f"{hashlib.sha256(content).hexdigest()}.parquet"
    folder = home.shadow_records
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / name).exists():
        aside = folder / f"{name}.part"
        aside.write_bytes(content)
        aside.rename(folder / name)
    return name
