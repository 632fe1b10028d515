"""Customs inspections: few, chosen, and the only place where some things can be found.

Customs looks where its own view of an enterprise tells it to, plus a small random share. The probability with which
each document was chosen is known and recorded, so that a model can correct for having labels only where someone
looked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.simulation.authorities import CUSTOMS_RATINGS, Officials
from pipelines.simulation.columns import NEVER, SECOND, Integers, decimals, moments, texts, words
from pipelines.simulation.conduct import Kind
from pipelines.simulation.rows import Rows
from pipelines.simulation.world import World

Floats = NDArray[np.float64]

RANDOM_RATE = 0.006
TARGETED_RATE = 0.025
"""Chances of a declaration of an ordinary enterprise to be drawn at random, and to be targeted."""

RETAIL_SCALE = 0.12
"""Retail lists are looked at far more rarely than consignments."""

CLASS_FACTOR = {"advanced_certified": 0.18, "certified": 0.5, "regular": 1.0}
"""Order 251: under a fifth of the ordinary rate for advanced certified enterprises."""

DISHONEST_RATE = 0.8
"""Order 251: at least 80 % for dishonest ones; of consignments, with retail lists scaled as above."""

VIEW_NOISE = 0.6
"""How wrong customs' own view of an enterprise is (log)."""

FINDING = (0.006, 0.10)
"""Chance that an inspection finds something, from the best conduct to the worst."""

PLANTED_FINDING = 0.15
GRAVE_SHARE = 0.12
"""Share of findings with goods seized or tax recovered: those are adverse events."""

RESULTS = ("no_difference", "quantity", "name", "hs_code", "price", "origin", "name|hs_code", "quality")
FOUND_SHARES = (0.30, 0.12, 0.14, 0.20, 0.08, 0.08, 0.08)


@dataclass(frozen=True)
class Documents:
    """What customs may inspect: one kind of document, in order of its numbers."""

    kind: str
    numbers: pa.Array
    seller: Integers
    month: Integers
    day: Integers
    declared: Integers
    released: Integers
    pieces: Integers
    value: Integers
    scale: float


@dataclass(frozen=True)
class Inspections:
    """Inspections as rows, with what the truth needs.

    ``expected_grave`` is the chance of a grave finding of every document, ``grave`` the documents that had one.
    """

    rows: Rows
    documents: Documents
    expected_grave: Floats
    grave: Integers


def inspect(world: World, officials: Officials, documents: Documents) -> Inspections:
    """Choose documents, look into them, and write table ``inspection``."""
    conduct = world.conduct
    random = world.settings.stream(f"inspections-{documents.kind}")
    seller, month = documents.seller, documents.month
    blame = np.maximum(conduct.at(Kind.PAPERS, seller, month), conduct.at(Kind.PRICING, seller, month))
    by_random, by_target = _chances(world, officials, documents, blame)
    finds = FINDING[0] + (FINDING[1] - FINDING[0]) * blame**2
    is_planted = np.zeros(len(seller), dtype=bool)
    for typology in ("R05", "R06", "R10"):
        is_planted |= world.plan.covers(typology, seller, documents.day)
    finds = np.where(is_planted, PLANTED_FINDING, finds)
    chance = 1 - (1 - by_random) * (1 - by_target)
    drawn, targeted = random.random(len(seller)) < by_random, random.random(len(seller)) < by_target
    index = np.flatnonzero((drawn | targeted) & (documents.released != NEVER))
    found = random.random(len(index)) < finds[index]
    grave = found & (random.random(len(index)) < GRAVE_SHARE)
    seen = {
        "document": index,
        "result": np.where(found, 1 + random.choice(len(FOUND_SHARES), len(index), p=FOUND_SHARES), 0),
        "reason": np.where(drawn[index], 0, np.where(random.random(len(index)) < 0.15, 2, 1)),
        "is_grave": grave.astype(np.int64),
        "chance": np.round(chance[index] * 100_000).astype(np.int64),
    }
    rows = _rows(world, documents, seen, random)
    return Inspections(rows, documents, chance * finds * GRAVE_SHARE, index[grave])


def _chances(world: World, officials: Officials, documents: Documents, blame: Floats) -> tuple[Floats, Floats]:
    """Chance of each document to be drawn at random, and to be targeted."""
    view = np.exp(world.settings.stream("customs-view").normal(0, VIEW_NOISE, world.population.size))
    klass = officials.customs_class(documents.seller, documents.day)
    factor = np.array([CLASS_FACTOR.get(name, 1.0) for name in CUSTOMS_RATINGS])[klass]
    by_random = np.full(len(klass), RANDOM_RATE) * documents.scale * factor
    by_target = TARGETED_RATE * documents.scale * factor * view[documents.seller] * (0.5 + 2 * blame)
    is_dishonest = klass >= CUSTOMS_RATINGS.index("dishonest")
    by_target = np.where(is_dishonest, DISHONEST_RATE * documents.scale, by_target)
    return by_random, np.minimum(by_target, 0.95)


def _rows(world: World, documents: Documents, seen: dict[str, Integers], random: np.random.Generator) -> Rows:
    """Table ``inspection``; ``seen`` has one entry per inspection, its chance in hundred-thousandths."""
    index, result, grave = seen["document"], seen["result"], seen["is_grave"].astype(bool)
    size = len(index)
    is_quantity = result == RESULTS.index("quantity")
    pieces = documents.pieces[index]
    extra = np.maximum((pieces * random.uniform(0.05, 0.4, size)).astype(np.int64), 1)
    by_seizure = grave & (random.random(size) < 0.4)
    seized = np.round(documents.value[index] * random.uniform(0.3, 1.0, size)).astype(np.int64)
    recovered = np.round(documents.value[index] * random.uniform(0.03, 0.15, size)).astype(np.int64)
    handed = np.where(grave, 1 + (random.random(size) < 0.1), 0)
    when = (documents.declared[index] + documents.released[index]) // 2
    columns = {
        "inspect_id": texts(size, [b"CY", documents.kind[:1].upper().encode(), (index + 1, 10)]),
        "document_type": words(["inventory", "declaration"], np.full(size, int(documents.kind == "declaration"))),
        "document_no": documents.numbers.take(pa.array(index)),
        "uscc": world.uscc(documents.seller[index]),
        "reason": words(["random", "targeted", "intelligence"], seen["reason"]),
        "selection_probability": decimals(seen["chance"], 5),
        "result": words(RESULTS, result),
        "quantity_declared": decimals(pieces, 5, digits_of_units=0),
        "quantity_found": decimals(np.where(is_quantity, pieces + extra, pieces), 5, digits_of_units=0),
        "seized_value_cny": decimals(np.where(by_seizure, np.maximum(seized, 100), 0), 2),
        "recovered_tax_cny": decimals(np.where(grave & ~by_seizure, np.maximum(recovered, 100), 0), 2),
        "handed_over": words(["none", "regulation", "anti_smuggling"], handed),
        "inspected_at": moments(when),
    }
    return Rows("inspection", "customs", pa.table(columns), when + 7200 * SECOND)
