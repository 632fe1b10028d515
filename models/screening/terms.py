"""What each check of a single document asks for, from policy: dated, cited, and apart from what decides grades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from expectations.vocabulary.digest import sha256_of
from models.policy.apart import read_apart
from models.policy.book import PACKAGED as POLICY
from models.policy.check import Finding, rule_findings
from models.policy.documents import PolicyError
from models.policy.schema import Closed, RuleFile, Words

PACKAGED = POLICY / "screening"


class Lane(StrEnum):
    """What is suggested for a document, lightest first."""

    GREEN = "green"
    DOCUMENTS = "documents"
    INSPECTION = "inspection"

    @property
    def weight(self) -> int:
        """Its place: the heaviest of several lanes is suggested."""
        return list(Lane).index(self)


class LaneValue(Closed):
    """What a check says when it fires (``screening/``).

    Attributes
    ----------
    lane:
        What it suggests for the document.
    numbers_of:
        The pattern whose thresholds it goes by; it has none of its own.
    department:
        Who is asked.
    says, asks:
        What was found, and what the department may want to do.
    """

    lane: Lane
    numbers_of: str | None = None
    department: str
    says: Words
    asks: Words


@dataclass(frozen=True)
class Term:
    """A check in force: what it says, and the law it rests on."""

    value: LaneValue
    legal_basis: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """Every check in force on a day. ``digest`` covers the values only, as that of the grades' policy does."""

    checks: Mapping[str, Term]
    digest: str


@dataclass(frozen=True)
class TermsBook:
    """Every check with its past."""

    rules: Mapping[str, RuleFile[LaneValue]]
    _days: dict[date, Terms] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def load(cls, root: Path = PACKAGED) -> TermsBook:
        """Read every file.

        Raises
        ------
        PolicyError
            Naming the file and the key, when one breaks its schema.
        """
        return cls({path.stem: read_apart(path, LaneValue) for path in sorted(root.glob("*.yaml"))})

    def in_force(self, day: date) -> Terms:
        """The checks of a day.

        Raises
        ------
        PolicyError
            When nothing is in force on it.
        """
        if day not in self._days:
            found = {name: value for name, rule in self.rules.items() if (value := rule.value_on(day))}
            if not found:
                raise PolicyError(f"No check of single documents is in force on {day}.", "Screen a later day.")
            terms = {name: Term(value, self._basis(name)) for name, value in found.items()}
            digest = sha256_of({name: value.model_dump(mode="json") for name, value in found.items()})
            self._days[day] = Terms(terms, digest)
        return self._days[day]

    def findings(self) -> list[Finding]:
        """Faults of the files that their schema cannot see."""
        return [one for name, rule in self.rules.items() for one in rule_findings(f"screening/{name}", rule)]

    def _basis(self, name: str) -> tuple[str, ...]:
        return tuple(f"{one.document} {one.article}" for one in self.rules[name].legal_basis)
