"""Advice for one enterprise, from its latest decision: the same vector, the same model, the same facts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from expectations.errors import NotFoundError
from expectations.vocabulary.grade import Grade
from expectations.vocabulary.moment import zoned
from models.advice.levers import levers_in_force
from models.advice.search import Case, advise
from models.advice.wording import advice_document
from models.grade.record import subject_of
from pipelines.steps.home import Home
from pipelines.storage import decisions
from pipelines.storage.advice import count_request
from pipelines.storage.vectors import StoredVectors, load_vector


def advice_for(home: Home, uscc: str, asked_at: datetime, as_of: date | None = None) -> dict[str, Any]:
    """What lifts an enterprise a grade, counted against the day's requests.

    Raises
    ------
    NotFoundError
        When it has no decision.
    ConflictError
        When the day's requests are used up.
    """
    with home.database.reading() as connection:
        record = decisions.latest_decision(connection, uscc, as_of)
        if record is None:
            when = f" on or before {as_of}" if as_of else ""
            raise NotFoundError(
                f"{uscc} has no grade{when}.",
                "Check the code, or run the day first.",
                zh=f"{uscc} 没有等级，无法给出建议。",
            )
        day, known_at = date.fromisoformat(record["date"]), datetime.fromisoformat(record["known_at"])
        run = decisions.run_for(connection, day, known_at)
    if run is None:
        raise NotFoundError(
            f"The run of {uscc}'s grade is not on record.",
            "Check the ledger: xinji verify",
            zh=f"未找到 {uscc} 的等级所依据的运行记录。请联系运营方。",
        )
    levers = levers_in_force(day, home.catalogue)
    with home.database.transaction() as connection:
        number = count_request(connection, uscc, zoned(asked_at).date(), levers.limits.requests_a_day)
    vector, _ = load_vector(home.feature_vectors, StoredVectors(run.feature_path, run.feature_digest), uscc)
    scorer = home.model_of(record["model"]["version"]).scorer
    grade = Grade(record["grade"]) if record["grade"] else None
    found = advise(Case(subject_of(record), vector, scorer, grade), levers, home.policies.in_force)
    return {
        **advice_document(found, uscc, day, home.policies.in_force),
        "request_of_the_day": number,
        "requests_a_day": levers.limits.requests_a_day,
    }
