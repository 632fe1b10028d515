"""What authorities publish: ratings, penalties, court and abnormal listings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.simulation.columns import (
    NEVER,
    SECOND,
    Integers,
    constant,
    dates,
    day_number,
    decimals,
    midnight,
    texts,
    words,
)
from pipelines.simulation.conduct import Kind
from pipelines.simulation.outcomes import Outcome, Outcomes
from pipelines.simulation.rows import Rows
from pipelines.simulation.world import World

AUTHORITIES = ("customs", "tax", "safe", "market_regulation")
KINDS = ("misdeclaration", "tax_evasion", "forex", "quality", "smuggling", "refund_fraud", "other")
SEVERITIES = ("minor", "general", "serious")

MINOR_PER_GENERAL = 1.0
"""Minor penalties for each graver one: they are not adverse events, and a model must not take them for such."""

FULFILLED, REPAIRED, REVOKED = 0.85, 0.3, 0.03

CUSTOMS_RATINGS = ("advanced_certified", "certified", "regular", "dishonest", "seriously_dishonest")
TAX_RATINGS = ("A", "B", "M", "C", "D")
SAFE_RATINGS = ("A", "B", "C")
NEW_CUSTOMS_ORDER = date(2026, 4, 1)
"""Order 282 replaces Order 251: every enterprise gets its customs class anew under another scheme."""


class Rating(NamedTuple):
    """One rating of one enterprise, from a day on."""

    enterprise: int
    rating: str
    scheme: str
    first_day: int


class Officials:
    """Builds the official records of a zone, and answers what customs thought of whom and when."""

    def __init__(self, world: World, outcomes: Outcomes) -> None:
        self._world = world
        self._settings = world.settings
        self._calendar = world.calendar
        self._population = world.population
        self._conduct = world.conduct
        self._outcomes = outcomes
        random = world.settings.stream("ratings")
        self._ratings = {
            "customs": self._customs(random),
            "tax": self._tax(random),
            "safe": self._safe(random),
        }

    def rows(self) -> Iterator[Rows]:
        """Every table of official records."""
        for authority, ratings in self._ratings.items():
            yield self._rating_rows(authority, ratings)
        yield from self.penalties()
        yield self.court_listings()
        yield self.abnormal_listings()

    def customs_class(self, enterprise: Integers, day: Integers) -> Integers:
        """Position in ``CUSTOMS_RATINGS`` of enterprises on days."""
        klass = np.full(len(enterprise), CUSTOMS_RATINGS.index("regular"))
        for one in sorted(self._ratings["customs"], key=lambda rating: rating.first_day):
            klass[(enterprise == one.enterprise) & (day >= one.first_day)] = CUSTOMS_RATINGS.index(one.rating)
        return np.asarray(klass, dtype=np.int64)

    def _start(self, position: int) -> int:
        return int(max(self._population.established[position], self._calendar.month_starts[0]))

    def _events(self, kind: Outcome) -> list[tuple[int, int]]:
        """Enterprise and day of the events of a kind, within what the platform can know."""
        found = (self._outcomes.kind == kind) & (self._outcomes.day <= self._calendar.last_day)
        pairs = zip(self._outcomes.enterprise[found], self._outcomes.day[found], strict=True)
        return [(int(enterprise), int(day)) for enterprise, day in pairs]

    def _customs(self, random: np.random.Generator) -> list[Rating]:
        changeover = day_number(NEW_CUSTOMS_ORDER)
        good = self._conduct.levels[:, :, 0].mean(axis=0)
        draw = random.random(self._population.size) + 0.5 * good
        fallen = dict(reversed(self._events(Outcome.CUSTOMS_DISHONEST)))
        ratings = []
        for position in range(self._population.size):
            first = (
                "advanced_certified" if draw[position] < 0.07 else "certified" if draw[position] < 0.15 else "regular"
            )
            scheme = "gacc-251" if self._start(position) < changeover else "gacc-282"
            ratings.append(Rating(position, first, scheme, self._start(position)))
            fall = fallen.get(position)
            if fall is not None:
                ratings.append(Rating(position, "dishonest", "gacc-251" if fall < changeover else "gacc-282", fall))
            if scheme == "gacc-251" and changeover <= self._calendar.last_day:
                kept = "dishonest" if fall is not None and fall < changeover else first
                ratings.append(Rating(position, kept, "gacc-282", changeover))
        return ratings

    def _tax(self, random: np.random.Generator) -> list[Rating]:
        """Each April anew. D comes by an event only, and stays to the end."""
        fallen = dict(reversed(self._events(Outcome.TAX_D)))
        ratings = []
        for position in range(self._population.size):
            start, fall = self._start(position), fallen.get(position)
            days = [start, *(april for april in self._aprils() if start < april <= self._calendar.last_day)]
            ratings += [
                Rating(position, self._tax_grade(position, day, random), "sta-2025-12", day)
                for day in days
                if fall is None or day < fall
            ]
            if fall is not None:
                ratings.append(Rating(position, "D", "sta-2025-12", fall))
        return ratings

    def _tax_grade(self, position: int, day: int, random: np.random.Generator) -> str:
        month = int(self._calendar.month_of(np.array([day]))[0])
        careless = self._conduct.levels[Kind.TAX, position, max(month - 1, 0)] + random.normal(0, 0.12)
        if day - self._population.established[position] < 365:
            return "M"
        return "A" if careless < 0.10 else "B" if careless < 0.7 else "C"

    def _aprils(self) -> list[int]:
        names = self._calendar.month_names
        return [int(self._calendar.month_starts[at]) for at, name in enumerate(names) if name.endswith("-04")]

    def _safe(self, random: np.random.Generator) -> list[Rating]:
        careless = self._conduct.levels[Kind.SETTLEMENT, :, 0] + random.normal(0, 0.1, self._population.size)
        ratings = [
            Rating(position, "B" if careless[position] > 0.75 else "A", "safe-2012-38", self._start(position))
            for position in range(self._population.size)
        ]
        seen: set[int] = set()
        for enterprise, day in self._events(Outcome.SAFE_C):
            if enterprise not in seen:
                ratings.append(Rating(enterprise, "C", "safe-2012-38", day))
                seen.add(enterprise)
        return ratings

    def _rating_rows(self, authority: str, ratings: list[Rating]) -> Rows:
        latest = {(one.enterprise, one.first_day): one for one in ratings}  # one class a day: the last word counts
        kept = list(latest.values())
        enterprise = np.array([one.enterprise for one in kept])
        day = np.array([one.first_day for one in kept])
        names = sorted({one.rating for one in kept})
        schemes = sorted({one.scheme for one in kept})
        columns = {
            "authority": constant(len(kept), authority),
            "uscc": self._world.uscc(enterprise),
            "rating": words(names, np.array([names.index(one.rating) for one in kept])),
            "scheme": words(schemes, np.array([schemes.index(one.scheme) for one in kept])),
            "valid_from": dates(day),
            "decision_no": texts(len(kept), [authority[:3].upper().encode(), (np.arange(len(kept)) + 1, 8)]),
        }
        return Rows("regulator_rating", authority, pa.table(columns), midnight(day) + 10 * 3600 * SECOND)

    def penalties(self) -> Iterator[Rows]:
        """Table ``penalty``, by authority: as decided, again when fulfilled, again when repaired or revoked."""
        random = self._settings.stream("penalties")
        found = np.isin(self._outcomes.kind, (Outcome.PENALTY_GENERAL, Outcome.PENALTY_SERIOUS))
        enterprise, day = self._outcomes.enterprise[found], self._outcomes.day[found]
        severity = np.where(self._outcomes.kind[found] == Outcome.PENALTY_SERIOUS, 2, 1)
        minor = random.random(len(enterprise)) < MINOR_PER_GENERAL
        shifted = day[minor] + random.integers(-200, 200, int(minor.sum()))
        enterprise = np.concatenate([enterprise, random.permutation(enterprise[minor])])
        day, severity = np.concatenate([day, shifted]), np.concatenate([severity, np.zeros_like(shifted)])
        kept = (day <= self._calendar.last_day) & (day > self._population.established[enterprise])
        enterprise, day, severity = enterprise[kept], day[kept], severity[kept]
        authority = self._authority_of(enterprise, day, random)
        lives = _lives(day, severity, random)
        fine = np.round(random.lognormal(np.array([7.0, 9.6, 11.8])[severity], 0.7)).astype(np.int64) * 100
        penalties = {"enterprise": enterprise, "severity": severity, "fine": fine, **lives}
        for code, name in enumerate(AUTHORITIES):
            mine = np.flatnonzero(authority == code)
            if len(mine):
                yield self._penalty_rows(name, mine, penalties)

    def _penalty_rows(self, authority: str, mine: Integers, lives: dict[str, Integers]) -> Rows:
        versions = [mine, mine[lives["fulfilled"][mine] != NEVER], mine[lives["ended"][mine] != NEVER]]
        index = np.concatenate(versions)
        stage = np.repeat([0, 1, 2], [len(part) for part in versions])
        ended = np.where(stage == 2, lives["ended"][index], NEVER)
        is_revoked = lives["is_revoked"][index].astype(bool)
        fulfilled = np.where(stage >= 1, lives["fulfilled"][index], NEVER)
        known = np.select(
            [stage == 0, stage == 1], [lives["published"][index], lives["fulfilled"][index]], lives["ended"][index]
        )
        columns = {
            "decision_no": texts(len(index), [authority[:3].upper().encode(), b"-F", (index + 1, 7)]),
            "uscc": self._world.uscc(lives["enterprise"][index]),
            "authority": constant(len(index), authority),
            "kind": constant(len(index), KINDS[AUTHORITIES.index(authority)]),
            "severity": words(SEVERITIES, lives["severity"][index]),
            "fine_cny": decimals(lives["fine"][index], 2),
            "decided_on": dates(lives["decided"][index]),
            "published_on": dates(lives["published"][index]),
            "fulfilled_on": dates(fulfilled),
            "repaired_on": dates(np.where(is_revoked, NEVER, ended)),
            "revoked_on": dates(np.where(is_revoked, ended, NEVER)),
        }
        return Rows("penalty", authority, pa.table(columns), midnight(known) + 17 * 3600 * SECOND)

    def _authority_of(self, enterprise: Integers, day: Integers, random: np.random.Generator) -> Integers:
        """The authority whose matter the enterprise is most careless in, more often than not."""
        month = self._calendar.month_of(day)
        kinds = ((Kind.PAPERS, Kind.PRICING), (Kind.TAX, Kind.PURCHASING), (Kind.SETTLEMENT,), (Kind.RETURNS,))
        weights = np.stack([self._conduct.levels[list(kind)][:, enterprise, month].max(axis=0) for kind in kinds])
        noisy = np.log(weights * np.array([1.6, 1.0, 0.7, 0.7])[:, None]) + random.gumbel(0, 0.6, weights.shape)
        return np.asarray(noisy.argmax(axis=0))

    def court_listings(self) -> Rows:
        """Table ``court_listing``: enterprises, and some legal representatives, who are not their enterprise."""
        random = self._settings.stream("court")
        own = np.array(self._events(Outcome.COURT), dtype=np.int64).reshape(-1, 2)
        others = random.permutation(self._population.size)[: max(self._population.size // 60, 1)]
        spread = random.integers(self._calendar.first_day, self._calendar.last_day, len(others))
        enterprise = np.concatenate([own[:, 0], others])
        day = np.concatenate([own[:, 1], np.maximum(spread, self._population.established[others] + 1)])
        is_legal_rep = np.concatenate([np.zeros(len(own), dtype=int), np.ones(len(others), dtype=int)])
        kept = day <= self._calendar.last_day
        enterprise, day, is_legal_rep = enterprise[kept], day[kept], is_legal_rep[kept]
        columns = {
            "case_no": texts(len(day), [b"XZ-", (np.arange(len(day)) + 1, 7)]),
            "uscc": self._world.uscc(enterprise),
            "subject": words(["enterprise", "legal_rep"], is_legal_rep),
            "amount_cny": decimals(np.round(random.lognormal(12, 1.0, len(day))).astype(np.int64) * 100, 2),
            "published_on": dates(day),
            "expires_on": dates(day + 730),
        }
        return Rows("court_listing", "court", pa.table(columns), midnight(day) + 15 * 3600 * SECOND, soft="amount_cny")

    def abnormal_listings(self) -> Rows:
        """Table ``abnormal_listing``: mostly a report forgotten, and put right within months."""
        random = self._settings.stream("abnormal")
        chance = 0.03 + 0.12 * self._conduct.levels[Kind.PAPERS, :, self._calendar.trade_months[0]]
        enterprise = np.flatnonzero(random.random(self._population.size) < chance)
        day = random.integers(self._calendar.first_day - 200, self._calendar.last_day - 10, len(enterprise))
        kept = day > self._population.established[enterprise] + 30
        enterprise, day = enterprise[kept], day[kept]
        removed = day + random.integers(20, 200, len(day))
        back = np.flatnonzero((removed <= self._calendar.last_day) & (random.random(len(day)) < 0.8))
        index = np.concatenate([np.arange(len(day)), back])
        removal = np.concatenate([np.full(len(day), NEVER), removed[back]])
        reason = random.choice(4, len(day), p=[0.6, 0.2, 0.05, 0.15])
        columns = {
            "uscc": self._world.uscc(enterprise[index]),
            "reason": words(["no_annual_report", "no_disclosure", "false_disclosure", "unreachable"], reason[index]),
            "listed_on": dates(day[index]),
            "removed_on": dates(removal),
        }
        known = midnight(np.where(removal == NEVER, day[index], removal)) + 16 * 3600 * SECOND
        return Rows("abnormal_listing", "market_regulation", pa.table(columns), known)


def _lives(day: Integers, severity: Integers, random: np.random.Generator) -> dict[str, Integers]:
    """The days of a penalty: decided, published, fulfilled, and repaired or revoked; NEVER where it is not."""
    size = len(day)
    published = day + random.integers(2, 8, size)
    fulfilled = np.where(random.random(size) < FULFILLED, published + random.integers(5, 60, size), NEVER)
    least = np.array([10, 92, 366])[severity]  # earliest repair under NDRC Order 36, by severity
    repair_day = published + least + random.integers(0, 90, size)
    is_repaired = (fulfilled != NEVER) & (random.random(size) < REPAIRED)
    is_revoked = ~is_repaired & (random.random(size) < REVOKED)
    ended = np.where(is_repaired, repair_day, np.where(is_revoked, published + random.integers(30, 120, size), NEVER))
    return {
        "decided": day,
        "published": published,
        "fulfilled": fulfilled,
        "ended": ended,
        "is_revoked": is_revoked.astype(np.int64),
    }
