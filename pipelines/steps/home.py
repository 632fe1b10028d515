"""What a home is made of, as the steps see it: collaborators by the little that is asked of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from expectations.contracts.schema import Contract
from expectations.vocabulary.zone import Zone
from features.catalogue.schema import Catalogue
from features.engine import Engine
from features.state import Kept, Shelf, VersionFiles
from models.policy.book import PolicyBook
from models.scorer.protocol import Scorer
from pipelines.storage.database import Database
from pipelines.storage.ledger import AnchorSigner


class PinnedLake(Protocol):
    """The lake as one run sees it: a list of files that no later arrival changes."""

    @property
    def digest(self) -> str:
        """Identifies the list."""
        ...

    def versions_sql(self, table: str, known_at: datetime | None = None) -> str:
        """A select over every usable version of a table."""
        ...

    def version_files(self, known_at: datetime) -> VersionFiles:
        """The files that count as of K, one by one."""
        ...

    def reported(self, known_at: datetime) -> Mapping[str, datetime]:
        """Per table the latest moment, no later than K, at which its source spoke, rows or none."""
        ...


class States(Shelf, Protocol):
    """What features keep between runs, and the shelf its files lie on."""

    def latest(self, definition: str, business_date: date, known_at: datetime) -> Kept | None:
        """The latest state of a definition that is no later than (D, K)."""
        ...

    def store(self, kept: Kept) -> None:
        """Hold a state."""
        ...

    def forget(self) -> None:
        """Let every state go."""
        ...


@dataclass(frozen=True)
class Champion:
    """The model that grades, with its place in the registry."""

    scorer: Scorer
    version: str


def nobody() -> Champion | None:
    """No challenger."""
    return None


@dataclass(frozen=True)
class Home:
    """Everything a step works with. Built once, by the wiring.

    Attributes
    ----------
    path:
        The folder all state lies under.
    engine:
        Opens a fresh engine; what it computes goes when it closes.
    champion:
        Fetches the model that grades from the registry.
    model_of:
        Fetches a registered model by its version, for a replay.
    pin:
        The lake as it stands now.
    pinned:
        The lake as it stood when a snapshot of that digest was pinned.
    states:
        What features keep between runs.
    code_version:
        Named in every decision.
    signer:
        Signs what the ledger remembers of itself; None where no key is configured.
    challenger:
        Fetches the model that runs in shadow, if any.
    """

    path: Path
    zone: Zone
    contracts: Mapping[str, Contract]
    catalogue: Catalogue
    policies: PolicyBook
    database: Database
    engine: Callable[[], AbstractContextManager[Engine]]
    champion: Callable[[], Champion]
    model_of: Callable[[str], Champion]
    pin: Callable[[], PinnedLake]
    pinned: Callable[[str], PinnedLake]
    states: States
    code_version: str
    signer: AnchorSigner | None = None
    challenger: Callable[[], Champion | None] = nobody

    @property
    def reports(self) -> Path:
        """Where the day's documents go, one folder per business date."""
        return self.path / "reports"

    @property
    def kept_policies(self) -> Path:
        """Where the policies lie that decisions were made under, by digest."""
        return self.path / "policy"

    @property
    def feature_vectors(self) -> Path:
        """Where the vectors of decisions lie, by content."""
        return self.path / "lake" / "features"

    @property
    def shadow_records(self) -> Path:
        """Where what challengers said lies, by content. Nothing that publishes looks here."""
        return self.path / "lake" / "shadow"
