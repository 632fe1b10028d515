"""Who is in the zone: the register, roles, temperaments and size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expectations.vocabulary import uscc
from pipelines.simulation.calendar import Calendar
from pipelines.simulation.columns import Integers
from pipelines.simulation.settings import ZoneSettings

Floats = NDArray[np.float64]


class Temperament(IntEnum):
    """How an enterprise earns its living."""

    EXPORTER_9610 = 0
    IMPORTER_1210 = 1
    EXPORTER_9710 = 2
    OVERSEAS_9810 = 3
    GENERAL_0110 = 4
    BORDER_PROCESSOR = 5
    BARTER_TRADER = 6
    SERVICE = 7


class Service(IntEnum):
    """What a service enterprise does for the traders."""

    PLATFORM = 0
    CARRIER = 1
    PAYMENT = 2
    WAREHOUSE = 3
    BROKER = 4
    SUPPLIER = 5


TEMPERAMENT_SHARES = (0.24, 0.26, 0.13, 0.08, 0.13, 0.05, 0.04, 0.07)
"""More retail than business traders, as in a pilot zone; enough of each for peers to exist at 300 enterprises."""

RETAIL = (Temperament.EXPORTER_9610, Temperament.IMPORTER_1210)
BUSINESS = (Temperament.EXPORTER_9710, Temperament.OVERSEAS_9810, Temperament.GENERAL_0110)

SERVICE_CYCLE = (0, 1, 2, 3, 4, 5, 5, 1, 4, 3, 0, 5, 1, 5, 2)
"""Services are dealt out in this order, so that the smallest zone has one of each."""

ROLE_WORDS = ("platform", "logistics", "payment", "warehouse", "broker", "supplier")

DIVISIONS = ("659007", "652702", "652701")
"""Shuanghe, Alashankou, Bole: the pilot zone. The division plays no part in any risk."""

PLACES = {"659007": "双河", "652702": "阿拉山口", "652701": "博乐"}
TRADES = ("商贸", "供应链", "国际贸易", "电子商务", "进出口", "科技")
FANCY = "远桥星河丝路云帆瑞达恒通新禾天岭金穗海棠嘉木启明安澜润泽丰源同创博源"
ENTITY_TYPES = ("company", "sole_trader", "cooperative")
FORMS = ("有限公司", "商行", "专业合作社")

VOLUME_SIGMA = 1.1
"""Log-normal spread of size: the largest tenth makes about half of the orders."""

SHARE_NEW = 0.10
SHARE_CLOSED = 0.03
SHARE_DORMANT = 0.04
"""Founded, closed or fallen asleep during the span of trade."""


@dataclass(frozen=True)
class Population:
    """Every enterprise as arrays of one length; days count from 1970.

    ``volume`` is relative to peers of the same temperament and averages 1. ``active_from`` and ``active_to`` bound
    its trade. ``annual_growth`` is in log.
    """

    uscc: NDArray[Any]
    name: NDArray[Any]
    entity_type: Integers
    division: Integers
    temperament: Integers
    service: Integers
    established: Integers
    active_from: Integers
    active_to: Integers
    closed_on: Integers
    volume: Floats
    annual_growth: Floats
    employees: Integers

    @property
    def size(self) -> int:
        """How many enterprises there are."""
        return len(self.uscc)

    def of(self, *temperaments: Temperament) -> Integers:
        """Positions of the enterprises of these temperaments."""
        return np.flatnonzero(np.isin(self.temperament, temperaments))

    def serving(self, service: Service) -> Integers:
        """Positions of the enterprises that offer a service."""
        return np.flatnonzero(self.service == service)

    def roles(self, position: int) -> str:
        """Roles as the register writes them."""
        return ROLE_WORDS[self.service[position]] if self.service[position] >= 0 else "seller"


def populate(settings: ZoneSettings, calendar: Calendar) -> Population:
    """Draw the register of a zone."""
    random = settings.stream("enterprises")
    size = settings.enterprises
    temperament = _temperaments(size, random)
    service = np.full(size, -1, dtype=np.int64)
    helpers = np.flatnonzero(temperament == Temperament.SERVICE)
    service[helpers] = np.resize(SERVICE_CYCLE, len(helpers))
    entity = np.where(random.random(size) < 0.85, 0, 1)
    entity[np.isin(temperament, (*BUSINESS, Temperament.BARTER_TRADER, Temperament.SERVICE))] = 0
    processors = np.flatnonzero(temperament == Temperament.BORDER_PROCESSOR)
    entity[processors[1::3]] = 2  # residents trade through cooperatives, processors buy from them
    division = random.integers(0, len(DIVISIONS), size)
    volume = random.lognormal(-(VOLUME_SIGMA**2) / 2, VOLUME_SIGMA, size)
    life = _lives(size, service >= 0, calendar, random)
    return Population(
        uscc=_codes(size, entity, division, random),
        name=_names(entity, division, random),
        entity_type=entity,
        division=division,
        temperament=temperament,
        service=service,
        **life,
        volume=np.clip(volume, 0.04, 12.0),
        annual_growth=random.normal(0.12, 0.35, size),
        employees=(2 + random.gamma(1.2, 8.0, size) * np.sqrt(volume)).astype(np.int64),
    )


def _temperaments(size: int, random: np.random.Generator) -> Integers:
    """Exact shares, in random order, with at least 14 services so that each kind has one."""
    counts = np.floor(np.array(TEMPERAMENT_SHARES) * size).astype(int)
    counts[Temperament.SERVICE] = max(counts[Temperament.SERVICE], 14)
    counts[Temperament.IMPORTER_1210] += size - counts.sum()
    return random.permutation(np.repeat(np.arange(len(counts)), counts)).astype(np.int64)


def _lives(
    size: int, serves: NDArray[np.bool_], calendar: Calendar, random: np.random.Generator
) -> dict[str, Integers]:
    span = calendar.last_day - calendar.first_day
    fate = random.random(size)
    fate[serves] = 1.0  # the services that everyone leans on stay
    when = random.integers(span // 8, span * 7 // 8, size) + calendar.first_day
    is_new = fate < SHARE_NEW
    is_closed = (fate >= SHARE_NEW) & (fate < SHARE_NEW + SHARE_CLOSED)
    is_dormant = (fate >= SHARE_NEW + SHARE_CLOSED) & (fate < SHARE_NEW + SHARE_CLOSED + SHARE_DORMANT)
    age = random.gamma(1.6, 900, size).astype(np.int64) + 60
    established = np.where(is_new, when - random.integers(5, 30, size), calendar.first_day - age)
    return {
        "established": established,
        "active_from": np.where(is_new, when, calendar.first_day),
        "active_to": np.where(is_closed | is_dormant, when, calendar.last_day + 1),
        "closed_on": np.where(is_closed, when + random.integers(10, 40, size), calendar.last_day + 10_000),
    }


def _codes(size: int, entity: Integers, division: Integers, random: np.random.Generator) -> NDArray[Any]:
    """Valid but fictitious codes: 9, the kind of entity, the division, and an organisation that starts with MA."""
    letters = np.array(list(uscc.ALPHABET))
    numbers = random.choice(31**4, size, replace=False)
    made = []
    for position in range(size):
        number, organisation = int(numbers[position]), "MAXJ"  # one block that keeps the codes apart from issued ones
        for _ in range(4):
            number, digit = divmod(number, 31)
            organisation += letters[digit]
        made.append(uscc.complete(f"9{entity[position] + 1}{DIVISIONS[division[position]]}", organisation))
    return np.array(made, dtype=object)


def _names(entity: Integers, division: Integers, random: np.random.Generator) -> NDArray[Any]:
    """Names that say they are simulated, so that none is taken for a real enterprise."""
    pairs: Sequence[str] = [FANCY[at : at + 2] for at in range(0, len(FANCY), 2)]
    picks = random.integers(0, (len(pairs), len(TRADES)), (len(entity), 2))
    return np.array(
        [
            f"{PLACES[DIVISIONS[division[at]]]}模拟{pairs[picks[at, 0]]}{TRADES[picks[at, 1]]}{at:04d}号"
            f"{FORMS[entity[at]]}"
            for at in range(len(entity))
        ],
        dtype=object,
    )
