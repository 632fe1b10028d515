"""Which support measures stand open to an enterprise, from what its decision rests on."""

from __future__ import annotations

from datetime import date
from typing import Any

from expectations.errors import NotFoundError
from expectations.vocabulary.grade import Grade
from models.grade.record import subject_of
from models.grade.support import support_for
from models.policy.support_pack import SupportPack
from pipelines.steps.home import Home
from pipelines.storage import decisions


def support_of(home: Home, uscc: str, as_of: date | None = None) -> dict[str, Any]:
    """The measures for an enterprise by the decision that holds as of a day; the latest where none is given.

    A measure is looked at on the asked day, grade and facts are those of the decision.

    Raises
    ------
    NotFoundError
        When nothing was decided about the enterprise by then.
    """
    with home.database.reading() as connection:
        record = decisions.latest_decision(connection, uscc, as_of)
    if record is None:
        raise NotFoundError(
            f"{uscc} has no grade.", "Check the code, or run a day first: xinji run --date D", zh=f"{uscc} 没有等级。"
        )
    decided_on = date.fromisoformat(record["date"])
    day = as_of or decided_on
    grade = Grade(record["grade"]) if record["grade"] else None
    found = support_for(subject_of(record), grade, home.policies.in_force(day), SupportPack.load())
    return {
        "uscc": uscc,
        "date": day.isoformat(),
        "decision_id": record["decision_id"],
        "decided_on": decided_on.isoformat(),
        "grade": record["grade"],
        "measures": [one.to_json() for one in found],
    }
