"""The register of enterprises, their other identifiers, and the operator's reference lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.simulation import goods, places
from pipelines.simulation.columns import (
    NEVER,
    SECOND,
    Integers,
    dates,
    day_number,
    decimals,
    flags,
    integers,
    midnight,
    texts,
    tokens,
    words,
)
from pipelines.simulation.enterprises import DIVISIONS, ENTITY_TYPES, Service
from pipelines.simulation.rates import CURRENCIES
from pipelines.simulation.rows import Rows
from pipelines.simulation.world import World

SCOPES = ("跨境电子商务零售", "货物进出口；技术进出口", "供应链管理服务；仓储服务", "日用百货、服装鞋帽批发零售")
INCUBATOR_SHARE = 0.06
"""Honest small enterprises at the one address of the incubator: sharing it means nothing."""

INCUBATOR = 10**9
STATUSES = ("operating", "revoked", "cancelled")
CAPITAL_FEN = (15.2, 1.0)
LEAST_CAPITAL_PER_VOLUME = 60_000_000
"""Paid-in capital in fen that an honest enterprise of ordinary size has at least, so that exports never look out of
proportion to it."""


MOVES_SHARE = 0.08
"""Honest enterprises that move house once in the span."""

NEXT = 10**12
"""Added to an id when another person or address takes its place."""


class Version(NamedTuple):
    """One record of an enterprise, valid from a day: how often representative, address and scope have changed."""

    enterprise: int
    first_day: int
    legal_reps: int = 0
    addresses: int = 0
    scopes: int = 0
    status: int = 0


class Register:
    """Builds the market regulator's and the operator's tables."""

    def __init__(self, world: World) -> None:
        self._settings = world.settings
        self._calendar = world.calendar
        self._population = world.population
        self._rates = world.rates
        self._plan = world.plan
        self._uscc = world.uscc

    def rows(self) -> Iterator[Rows]:
        """Every register and reference table."""
        yield self.enterprises()
        yield self.aliases()
        yield self.exchange_rates()
        yield self.reference_codes()
        yield self.tax_rates()

    def enterprises(self) -> Rows:
        """Table ``enterprise``: the first record, and a new one where it changed or was struck off."""
        it, size = self._population, self._population.size
        random = self._settings.stream("register")
        facts = self._identity(random)
        self._share_identity(facts)
        capital = np.maximum(
            random.lognormal(*CAPITAL_FEN, size).astype(np.int64) * 100,
            (it.volume * LEAST_CAPITAL_PER_VOLUME).astype(np.int64),
        )
        versions = self._versions(random)
        index = np.array([version.enterprise for version in versions])
        valid_from = np.array([version.first_day for version in versions])
        seed = self._settings.seed
        legal_rep = facts["legal_rep"][index] + np.array([version.legal_reps for version in versions]) * NEXT
        address = facts["address"][index] + np.array([version.addresses for version in versions]) * NEXT
        scope = (facts["scope"][index] + np.array([version.scopes for version in versions])) % len(SCOPES)
        columns = {
            "uscc": self._uscc(index),
            "name": words(pa.array(it.name, pa.string()), index),
            "entity_type": words(ENTITY_TYPES, it.entity_type[index]),
            "legal_rep_token": tokens("b", legal_rep, seed),
            "phone_token": tokens("p", facts["phone"][index], seed),
            "address_token": tokens("a", address, seed),
            "shareholder_tokens": tokens("b", facts["shareholder"][index], seed),
            "division_code": words(DIVISIONS, it.division[index]),
            "business_scope": words(SCOPES, scope),
            "registered_capital_cny": decimals(capital[index] * 2, 2),
            "paid_in_capital_cny": decimals(capital[index], 2),
            "employees_insured": integers(it.employees[index]),
            "established_on": dates(it.established[index]),
            "status": words(STATUSES, np.array([version.status for version in versions])),
            "roles": pa.array([it.roles(int(position)) for position in index], pa.string()),
            "valid_from": dates(valid_from),
        }
        known = midnight(np.maximum(valid_from, self._calendar.month_starts[0])) + 17 * 3600 * SECOND
        return Rows("enterprise", "market_regulation", pa.table(columns), known)

    def _versions(self, random: np.random.Generator) -> list[Version]:
        """Every record of every enterprise: as founded, as changed, as struck off."""
        it, last_day = self._population, self._calendar.last_day
        versions = [Version(at, int(it.established[at])) for at in range(it.size)]
        moved = np.flatnonzero(random.random(it.size) < MOVES_SHARE)
        when = random.integers(self._calendar.first_day, last_day, len(moved))
        bearers = set(self._plan.bearers.tolist())
        for at, day in zip(moved.tolist(), when.tolist(), strict=True):
            if it.established[at] < day < it.closed_on[at] and at not in bearers:
                versions.append(Version(at, day, addresses=1))
        for episode in self._plan.of("R20"):
            at, day = episode.enterprise, episode.first_day
            versions.append(Version(at, day - 20, legal_reps=1))
            versions.append(Version(at, day - 10, legal_reps=1, addresses=1))
            versions.append(Version(at, day, legal_reps=1, addresses=1, scopes=1))
        closed = np.flatnonzero(it.closed_on <= last_day)
        versions += [Version(int(at), int(it.closed_on[at]), status=1 + int(at) % 2) for at in closed]
        return versions

    def _identity(self, random: np.random.Generator) -> dict[str, Integers]:
        """Who stands behind each enterprise. Ids start high, so that no buyer's token is one of these."""
        base = 10**10 + np.arange(self._population.size) * 10
        at_incubator = random.random(self._population.size) < INCUBATOR_SHARE
        return {
            "legal_rep": base + 1,
            "shareholder": base + 2,
            "phone": base + 3,
            "address": np.where(at_incubator, INCUBATOR, base + 4),
            "scope": random.integers(0, len(SCOPES), self._population.size),
        }

    def _share_identity(self, facts: dict[str, Integers]) -> None:
        """R12 groups share a phone; R14 groups share a phone, an address or a legal representative, one after other."""
        for typology, kinds in (("R12", ("phone",)), ("R14", ("phone", "address", "legal_rep"))):
            groups: dict[int, list[int]] = defaultdict(list)
            for episode in self._plan.of(typology):
                groups[episode.group].append(episode.enterprise)
            for members in groups.values():
                facts["address"][members] = (
                    np.array(members) * 10 + 10**10 + 4
                )  # not the incubator's: it would not count
                for number, (one, other) in enumerate(pairwise(members)):
                    kind = kinds[number % len(kinds)]
                    facts[kind][other] = facts[kind][one]

    def aliases(self) -> Rows:
        """Table ``enterprise_alias``: customs code, organisation code, tax number, and shops on platforms."""
        size = self._population.size
        index = np.arange(size)
        usccs = self._population.uscc
        parts = [
            ("customs_code", texts(size, [b"6527D6", (index + 1, 4)]).to_pylist(), index),
            ("org_code", [code[8:17] for code in usccs], index),
            ("tax_no", list(usccs), index),
        ]
        platforms = self._population.serving(Service.PLATFORM)
        sellers = np.flatnonzero(self._population.service < 0)
        shops = [f"{usccs[platforms[at % len(platforms)]]}:shop{at:06d}" for at in sellers]
        parts.append(("platform_shop", shops, sellers))
        owner = np.concatenate([part[2] for part in parts])
        since = self._population.established[owner]
        columns = {
            "id_type": pa.array([kind for kind, values, _ in parts for _ in values], pa.string()),
            "id_value": pa.array([value for _, values, _ in parts for value in values], pa.string()),
            "uscc": self._uscc(owner),
            "valid_from": dates(since),
        }
        known = midnight(np.maximum(since, self._calendar.month_starts[0])) + 17 * 3600 * SECOND
        return Rows("enterprise_alias", "market_regulation", pa.table(columns), known)

    def exchange_rates(self) -> Rows:
        """Table ``exchange_rate``: known on the third working week of the month before."""
        count = self._calendar.month_count
        month, currency = (part.ravel() for part in np.meshgrid(np.arange(count), np.arange(len(CURRENCIES))))
        columns = {
            "month": words(self._calendar.month_names, month),
            "currency": words(CURRENCIES, currency),
            "cny_per_unit": decimals(self._rates.table[month, currency], 8),
        }
        known = midnight(self._calendar.month_starts[month] - 12) + 10 * 3600 * SECOND
        return Rows("exchange_rate", "operator", pa.table(columns), known)

    def reference_codes(self) -> Rows:
        """Table ``reference_code``: offices, units, modes, promotions, the incubator's address."""
        start = self._calendar.to_date(int(self._calendar.month_starts[0]))
        entries: list[tuple[str, str, str, date, date | None]] = [
            *(("port", code, f"模拟关区 {code}", start, None) for code in places.CUSTOMS_CODES),
            *(("unit", code, name, start, None) for code, name in (("007", "个"), ("011", "件"), ("035", "千克"))),
            *(("mode", code, name, start, None) for code, name in MODE_NAMES.items()),
            *(("positive_list", code[:8], name, start, None) for code, name in _positive_list()),
            *self._promotions(),
        ]
        incubator = tokens("a", np.array([INCUBATOR]), self._settings.seed)[0].as_py()
        entries.append(("incubator_address", incubator, "模拟孵化器", start, None))
        until = [day_number(entry[4]) if entry[4] else NEVER for entry in entries]
        columns = {
            "list": pa.array([entry[0] for entry in entries], pa.string()),
            "code": pa.array([entry[1] for entry in entries], pa.string()),
            "name": pa.array([entry[2] for entry in entries], pa.string()),
            "valid_from": dates(np.array([day_number(entry[3]) for entry in entries])),
            "valid_to": dates(np.array(until, dtype=np.int64)),
        }
        known = np.full(len(entries), int(midnight(day_number(start))) + 9 * 3600 * SECOND)
        return Rows("reference_code", "operator", pa.table(columns), known)

    def _promotions(self) -> Iterator[tuple[str, str, str, date, date | None]]:
        for position, name, _ in self._calendar.festival_days():
            day = self._calendar.to_date(int(self._calendar.days[position]))
            yield "promotion", day.isoformat(), name, day, day

    def tax_rates(self) -> Rows:
        """Table ``hs_rate``."""
        start = int(self._calendar.month_starts[0])
        count = len(goods.GOODS)
        columns = {
            "hs_code": pa.array(goods.HS_CODES, pa.string()),
            "valid_from": dates(np.full(count, start)),
            "tariff_rate": decimals(np.round(goods.column("tariff") * 100_000).astype(np.int64), 5),
            "vat_rate": decimals(np.round(goods.VAT * 100_000).astype(np.int64), 5),
            "consumption_rate": decimals(np.round(goods.column("consumption") * 100_000).astype(np.int64), 5),
            "licence": flags(np.array([good.sold_as == "vehicle" for good in goods.GOODS])),
        }
        known = np.full(count, int(midnight(start)) + 9 * 3600 * SECOND)
        return Rows("hs_rate", "operator", pa.table(columns), known)


MODE_NAMES = {
    "9610": "跨境贸易电子商务",
    "1210": "保税跨境贸易电子商务",
    "1239": "保税跨境贸易电子商务A",
    "9710": "跨境电商B2B直接出口",
    "9810": "跨境电商出口海外仓",
    "0110": "一般贸易",
    "0130": "易货贸易",
    "4019": "边境小额贸易",
    "4561": "退运货物",
    "5034": "区内物流货物",
}


def _positive_list() -> list[tuple[str, str]]:
    return sorted({(good.hs_code, good.name) for good in goods.GOODS if good.sold_as == "import"})
