"""Quality samples and traceability records."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from pipelines.simulation.columns import (
    NEVER,
    SECOND,
    Booleans,
    Integers,
    dates,
    hex_digits,
    integers,
    midnight,
    moments,
    texts,
    words,
)
from pipelines.simulation.enterprises import RETAIL
from pipelines.simulation.retail_documents import skus
from pipelines.simulation.rows import Rows
from pipelines.simulation.world import World

NODES = ("produced", "stored", "shipped", "cleared", "sold")
TRACED_SHARE = 0.35
"""Of retail articles: those that carry trace codes."""

CODES_PER_BATCH = 2
SAMPLED_SHARE = 0.07
FAILED_SHARE = 0.006
"""Of an honest seller's batches: sampled, and failed. An honest failed batch is withheld: it is never shipped."""

PLANTED_SAMPLES = 0.5
PLANTED_FAILURES = 0.3
BROKEN_CHAINS = 0.15
"""R19: many samples, many failures that are shipped all the same, and trace chains that do not hold."""


class QualityWriter:
    """Batches of goods (article and month) with the samples drawn from them and the traces they leave."""

    def __init__(self, world: World) -> None:
        self._world = world
        random = world.settings.stream("quality")
        retail = np.flatnonzero(np.isin(world.population.temperament[world.articles.seller], RETAIL))
        months = world.calendar.trade_months
        self._article, month = (part.ravel() for part in np.meshgrid(retail, months, indexing="ij"))
        self._month = month
        self._seller = world.articles.seller[self._article]
        day = world.calendar.month_starts[month] + 2
        self._planted = world.plan.covers("R19", self._seller, day + 15)
        active = (world.population.active_from[self._seller] <= day) & (world.population.active_to[self._seller] > day)
        chance = random.random(len(month))
        self._is_sampled = active & (chance < np.where(self._planted, PLANTED_SAMPLES, SAMPLED_SHARE))
        fails = random.random(len(month)) < np.where(self._planted, PLANTED_FAILURES, FAILED_SHARE)
        self._is_failed = self._is_sampled & fails
        traced = random.random(len(world.articles.seller)) < TRACED_SHARE
        self._is_traced = active & (traced[self._article] | self._planted)
        self._day = day
        self._random = random

    def rows(self) -> Iterator[Rows]:
        """Both tables."""
        yield self.samples()
        yield self.traces()

    def samples(self) -> Rows:
        """Table ``quality_sample``: known at once, and again when a failure is closed."""
        sample = np.flatnonzero(self._is_sampled)
        failed = self._is_failed[sample]
        sampled_on = self._day[sample] + self._random.integers(1, 20, len(sample))
        serious = failed & self._planted[sample] & (self._random.random(len(sample)) < 0.3)
        closed_on = sampled_on + self._random.integers(20, 90, len(sample))
        again = np.flatnonzero(failed & (self._random.random(len(sample)) < 0.8))
        index = np.concatenate([np.arange(len(sample)), again])
        closed = np.concatenate([np.full(len(sample), NEVER), closed_on[again]])
        chosen = sample[index]
        columns = {
            "sample_no": texts(len(index), [b"CJ", (chosen, 9)]),
            "uscc": self._world.uscc(self._seller[chosen]),
            "sku": skus(self._article[chosen]),
            "batch_no": self._batch_numbers(chosen),
            "item": words(["label", "content|label"], failed[index]),
            "verdict": words(["pass", "fail"], failed[index]),
            "level": words(["general", "serious"], serious[index], failed[index]),
            "recall_no": texts(len(index), [b"ZH", (chosen, 9)], serious[index]),
            "sampled_on": dates(sampled_on[index]),
            "closed_on": dates(closed),
        }
        known = midnight(np.where(closed == NEVER, sampled_on[index] + 4, closed)) + 11 * 3600 * SECOND
        return Rows("quality_sample", "market_regulation", pa.table(columns), known)

    def traces(self) -> Rows:
        """Table ``trace_event``: five steps of each code, each naming the record before it."""
        batch = np.repeat(np.flatnonzero(self._is_traced), CODES_PER_BATCH * len(NODES))
        position = np.arange(len(batch))
        step = position % len(NODES)
        code = position // len(NODES)
        withheld = self._is_failed[batch] & ~self._planted[batch]
        day = self._day[batch] - 14 + np.cumsum(np.array([0, 3, 9, 4, 6]))[step]
        when = midnight(day) + (8 * 3600 + (code * 977 + step * 53) % 36_000) * SECOND
        kept = (~withheld | (step < NODES.index("shipped"))) & (day <= self._world.calendar.last_day)
        breaks = self._planted[batch] & (step > 0) & (self._random.random(len(batch)) < BROKEN_CHAINS)
        columns = {
            "trace_code": texts(len(batch), [b"SY", (code, 10)]),
            "step": integers(step + 1),
            "uscc": self._world.uscc(self._seller[batch]),
            "sku": skus(self._article[batch]),
            "batch_no": self._batch_numbers(batch),
            "node": words(NODES, step),
            "record_hash": self._hashes(position),
            "previous_hash": self._hashes(np.where(breaks, position + 10**9, position - 1), step > 0),
            "recorded_at": moments(when),
        }
        return Rows("trace_event", "traceability", pa.table(columns).filter(pa.array(kept)), when[kept])

    def _hashes(self, numbers: Integers, present: Booleans | None = None) -> pa.Array:
        return texts(len(numbers), [hex_digits(numbers, self._world.settings.seed)], present)

    def _batch_numbers(self, batch: Integers) -> pa.Array:
        return texts(len(batch), [b"P", (self._article[batch], 7), (self._month[batch], 3)])
