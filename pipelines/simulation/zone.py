"""The simulated zone: from settings to landing files, with the truth beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.simulation.authorities import Officials
from pipelines.simulation.border import BorderWriter, barter_legs
from pipelines.simulation.conduct import Kind
from pipelines.simulation.consignment_documents import ConsignmentWriter
from pipelines.simulation.consignments import Consignments, consign, worth
from pipelines.simulation.inbound import fill_warehouses
from pipelines.simulation.inspections import RETAIL_SCALE, Documents, Inspections, inspect
from pipelines.simulation.outcomes import happen
from pipelines.simulation.quality import QualityWriter
from pipelines.simulation.register import Register
from pipelines.simulation.retail import Retail, Sums, add_up, trade
from pipelines.simulation.retail_documents import RetailWriter
from pipelines.simulation.returns import come_back, write_returns, write_vehicle_returns
from pipelines.simulation.rows import Rows
from pipelines.simulation.settings import ZoneSettings
from pipelines.simulation.settlement import settle_consignments, settle_retail, write_transfers
from pipelines.simulation.supply import procure
from pipelines.simulation.taxes import keep_books, tax_filings, tax_refunds
from pipelines.simulation.tracks import scan_times, write_tracks
from pipelines.simulation.truth import tell
from pipelines.simulation.typologies import consignments as planted_consignments
from pipelines.simulation.typologies import prices as planted_prices
from pipelines.simulation.typologies import retail as planted_retail
from pipelines.simulation.typologies import tracks as planted_tracks
from pipelines.simulation.typologies import transfers as planted_transfers
from pipelines.simulation.versions import deliver
from pipelines.simulation.warehouse import bonded, count_stock, joined, overseas, write_movements
from pipelines.simulation.world import World, create
from pipelines.simulation.writing import Landing


@dataclass(frozen=True)
class SimulationReport:
    """What was written.

    Attributes
    ----------
    batches:
        Folders under ``out`` that hold a manifest, in order of writing.
    rows, broken, duplicates:
        By table over all batches: rows written, rows among them that break their contract, and exact copies.
        Ingest must find ``accepted = rows - broken - duplicates``, where a broken row's copy counts as broken.
    orders:
        Retail orders.
    truth:
        Folder of the planted truth.
    """

    out: Path
    truth: Path
    batches: tuple[str, ...]
    rows: dict[str, int]
    broken: dict[str, int]
    duplicates: dict[str, int]
    orders: int


class _Feeds:
    """Rows by the source that will send them."""

    def __init__(self) -> None:
        self.by_source: dict[str, list[Rows]] = defaultdict(list)

    def add(self, *rows: Rows) -> None:
        """Keep rows for their source; a table with nothing to say is not sent."""
        for one in rows:
            if one.columns.num_rows:
                self.by_source[one.source].append(one)


def simulate(out: Path, settings: ZoneSettings) -> SimulationReport:
    """Write the landing files of a simulated zone under ``out``, and its truth under ``out/truth``.

    Raises
    ------
    UsageError
        When the settings cannot be simulated.
    """
    world = create(settings)
    outcomes = happen(world)
    officials = Officials(world, outcomes)
    feeds = _Feeds()
    feeds.add(*Register(world).rows(), *officials.rows())
    retail, inspected_lists = _retail(world, officials, feeds)
    inspected_entries = _business(world, officials, feeds, retail)
    landing = Landing(out, settings)
    for source in sorted(feeds.by_source):
        rows = feeds.by_source.pop(source)
        landing.write(source, [deliver(one, settings, number) for number, one in enumerate(rows)])
    tell(world, outcomes, [inspected_lists, inspected_entries]).write(out / "truth")
    return _report(out, landing, retail[0].size)


def _retail(world: World, officials: Officials, feeds: _Feeds) -> tuple[tuple[Retail, Sums], Inspections]:
    """Retail trade with its tracks, returns and inspections."""
    retail = trade(world)
    planted_retail.plant(world, retail)
    lean = world.conduct.at(Kind.PRICING, retail.seller, retail.month)
    planted_prices.plant(world, retail, lean)
    planted_prices.give_discounts(world, retail, lean)
    sums = add_up(retail, world.articles)
    writer = RetailWriter(world, retail, sums)
    times = scan_times(retail, world.conduct, world.settings.stream("scans"))
    kept, signed_at = planted_tracks.plant(world, retail, times)
    back = come_back(world, retail, sums)
    feeds.add(*writer.rows(), write_tracks(world, retail, times, kept, signed_at))
    feeds.add(write_returns(world, retail, sums, back, writer))
    documents = Documents(
        kind="inventory",
        numbers=writer.list_numbers(np.arange(retail.size)),
        seller=retail.seller,
        month=retail.month,
        day=retail.day,
        declared=retail.declared,
        released=retail.released,
        pieces=sums.pieces,
        value=sums.customs_value,
        scale=RETAIL_SCALE,
    )
    inspections = inspect(world, officials, documents)
    feeds.add(inspections.rows)
    return (retail, sums), inspections


def _business(world: World, officials: Officials, feeds: _Feeds, sold: tuple[Retail, Sums]) -> Inspections:
    """Business trade with its inspections, and the settlement and tax of all trade."""
    business = consign(world).joined(fill_warehouses(world, sold[0]))
    repeated = planted_consignments.plant(world, business)
    value = worth(business, world.rates)
    writer = ConsignmentWriter(world, business, value)
    entries = writer.entry_numbers(np.arange(business.size))
    transfers = settle_consignments(world, business, value).joined(settle_retail(world, *sold))
    transfers = transfers.joined(planted_transfers.planted(world))
    feeds.add(*writer.rows(), write_transfers(world, transfers, entries))
    books = keep_books(world, *sold, business, value)
    feeds.add(tax_filings(world, books), tax_refunds(world, business, entries), procure(world, books))
    feeds.add(barter_legs(world, business, value, entries), write_vehicle_returns(world, business, repeated, entries))
    feeds.add(*_stock(world, sold[0], business, entries), *QualityWriter(world).rows())
    documents = Documents(
        kind="declaration",
        numbers=entries,
        seller=business.seller,
        month=business.month,
        day=business.day,
        declared=business.declared,
        released=business.released,
        pieces=business.per_entry(business.quantity),
        value=value.cny,
        scale=1.0,
    )
    inspections = inspect(world, officials, documents)
    feeds.add(inspections.rows)
    return inspections


def _stock(world: World, retail: Retail, business: Consignments, entries: pa.Array) -> Iterator[Rows]:
    """Warehouses, and the residents' trade that fills the processors'."""
    border = BorderWriter(world)
    yield border.trades()
    moves = joined([bonded(world, retail, business), overseas(world, business), border.movements()])
    yield write_movements(world, moves, retail, entries)
    yield count_stock(world, moves)


def _report(out: Path, landing: Landing, orders: int) -> SimulationReport:
    tallies = sorted(landing.tallies.items())
    return SimulationReport(
        out=out,
        truth=out / "truth",
        batches=tuple(landing.batches),
        rows={table: tally.written for table, tally in tallies},
        broken={table: tally.broken for table, tally in tallies},
        duplicates={table: tally.duplicates for table, tally in tallies},
        orders=orders,
    )
