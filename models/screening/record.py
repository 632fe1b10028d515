"""A screening as the ledger keeps it, and the way back: the same figures, judged again, give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from expectations.errors import IntegrityError
from models.policy.inforce import Policy
from models.screening.judging import Screened, judge
from models.screening.terms import Terms

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked.

    Attributes
    ----------
    screening_id:
        sha256 of everything that was handed in: the same papers are the same question.
    reference:
        Digest of what the document was held against; None where there was nothing yet.
    lot:
        The one chance in the answer, drawn before anything was looked at.
    """

    screening_id: str
    table: str
    number: str
    uscc: str
    account: str
    at: str
    reference: str | None
    lot: int
    code_version: str


def screening_record(
    question: Question, figures: Mapping[str, Any], standing: Mapping[str, Any], policy: Policy, terms: Terms
) -> Record:
    """The whole screening as plain JSON values."""
    return {
        **asdict(question),
        "standing": dict(standing),
        "figures": dict(figures),
        "policy_digest": policy.digest,
        "terms_digest": terms.digest,
        **_answer(judge(figures, standing, question.lot, policy, terms)),
    }


def rejudge(record: Mapping[str, Any], policy: Policy, terms: Terms) -> Record:
    """The screening made again from its own figures.

    Raises
    ------
    IntegrityError
        When policy or terms are not those it was made under.
    """
    if (policy.digest, terms.digest) != (record["policy_digest"], record["terms_digest"]):
        raise IntegrityError(
            f"Screening {record['screening_id'][:16]} was made under another policy than that of its day now.",
            "Replay it with the version of Xinji that it names.",
        )
    screened = judge(record["figures"], record["standing"], record["lot"], policy, terms)
    return {**record, **_answer(screened)}


def _answer(screened: Screened) -> dict[str, Any]:
    return {
        "lane": screened.lane.value,
        "reasons": [dict(one) for one in screened.reasons],
        "not_looked_at": list(screened.not_looked_at),
    }
