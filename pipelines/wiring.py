"""The composition root: the one place that knows which implementation stands behind each port."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.contracts.catalog import all_contracts
from expectations.errors import UsageError
from expectations.vocabulary.zone import Zone, load_zone
from pipelines.settings import Settings, keep_libraries_quiet

if TYPE_CHECKING:
    from expectations.quality.data_docs import DataDocs
    from features.engine import Engine
    from features.table import FeatureTable
    from models.policy.book import PolicyBook
    from models.registry import Registry
    from models.scorer.points import PointsScorer
    from models.training.panel import Panel
    from pipelines.delivery import Endpoint
    from pipelines.steps.certifying import CertificateOffice
    from pipelines.steps.home import Champion, Home
    from pipelines.steps.ingest.file import Intake
    from pipelines.steps.screening import ScreeningDesk
    from pipelines.steps.sharing import SharingOffice
    from pipelines.steps.sign_in import SignIn
    from pipelines.steps.single_sign_on import SingleSignOn
    from pipelines.storage.database import Database
    from pipelines.storage.grouped import GroupedLedger
    from pipelines.storage.lake import Lake
    from pipelines.storage.ledger import AnchorSigner
    from pipelines.storage.outbox import DatabaseOutbox
    from reports.api import Application

ZONE_FILE = "zone.yml"


@dataclass(frozen=True)
class Wiring:
    """Everything of one home, made when first asked for, so that a command pays only for what it uses."""

    settings: Settings

    @property
    def path(self) -> Path:
        """The home's folder."""
        return self.settings.home.absolute()

    @cached_property
    def zone(self) -> Zone:
        """The zone this home serves; a home without a zone file serves the default zone."""
        own = self.path / ZONE_FILE
        path = own if own.exists() else Path(str(files("pipelines.sources.zones") / "default.yml"))
        return load_zone(path, all_contracts())

    def settle_in(self, zone_file: Path | None = None) -> None:
        """Make the folders of a home. Its zone file is laid down once and never overwritten."""
        for folder in ("inbox", "lake", "reports"):
            (self.path / folder).mkdir(parents=True, exist_ok=True)
        if not (self.path / ZONE_FILE).exists():
            source = zone_file or Path(str(files("pipelines.sources.zones") / "default.yml"))
            shutil.copyfile(source, self.path / ZONE_FILE)

    @cached_property
    def database(self) -> Database:
        """The ledger's database, with its tables."""
        from pipelines.storage.database import Database
        from pipelines.storage.migrations import bring_up_to_date

        if not self.settings.database_url:
            self.path.mkdir(parents=True, exist_ok=True)
        database = Database(self.settings.ledger_url)
        bring_up_to_date(database)
        return database

    @cached_property
    def sign_in(self) -> SignIn:
        """The way in for people."""
        from pipelines.steps.sign_in import SignIn
        from pipelines.storage.passwords import Lockout

        settings = self.settings
        lockout = Lockout(settings.sign_in_failures, timedelta(minutes=settings.lockout_minutes))
        return SignIn(self.database, lockout, timedelta(hours=settings.session_hours))

    @cached_property
    def single_sign_on(self) -> SingleSignOn | None:
        """The way in by the office's own provider; None where none is configured."""
        import httpx

        from expectations.vocabulary.role import Role
        from pipelines.steps.single_sign_on import Provider, SingleSignOn

        settings = self.settings
        if not settings.oidc_issuer:
            return None
        provider = Provider(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            redirect_uri=settings.oidc_redirect_uri,
            account_claim=settings.oidc_account_claim,
            role_claim=settings.oidc_role_claim,
            roles={there: Role(here) for there, here in settings.oidc_roles.items()},
        )
        lasts = timedelta(hours=settings.session_hours)
        return SingleSignOn(provider, self.database, lasts, lambda: httpx.Client(follow_redirects=False, timeout=10))

    @cached_property
    def signer(self) -> AnchorSigner | None:
        """What signs the ledger's anchors; None where no key is configured."""
        from pipelines.storage.ledger import AnchorSigner

        file = self.settings.anchor_key_file
        text = file.read_text() if file else self.settings.anchor_key.get_secret_value()
        return AnchorSigner.of(text) if text else None

    @cached_property
    def certificate_office(self) -> CertificateOffice | None:
        """Who issues certificates of grades; None where no key is configured."""
        from pipelines.steps.certifying import CertificateOffice
        from reports.certificate.keys import CertificateKey

        file = self.settings.certificate_key_file
        text = file.read_text() if file else self.settings.certificate_key.get_secret_value()
        zone = {"zh": self.zone.name.zh, "en": self.zone.name.en}
        return CertificateOffice(self.database, zone, CertificateKey.of(text)) if text else None

    @property
    def certificate_keys(self) -> dict[str, Any]:
        """The public keys that certificates are checked with, as a JSON Web Key Set."""
        import json

        office, retired = self.certificate_office, self.settings.retired_certificate_keys
        own = [office.key.published()] if office else []
        return {"keys": [*own, *(json.loads(retired.read_text(encoding="utf-8"))["keys"] if retired else [])]}

    @cached_property
    def policies(self) -> PolicyBook:
        """The packaged policy with what this home has published."""
        from pipelines.steps.policies import published_book

        return published_book(self.database)

    @property
    def trusted_anchor_keys(self) -> dict[str, str]:
        """The public keys whose signatures on anchors are believed, by id."""
        from pipelines.storage.ledger import trusted_keys

        own = self.signer.public_key if self.signer else ""
        return trusted_keys(f"{own} {self.settings.trusted_anchor_keys}")

    @cached_property
    def lake(self) -> Lake:
        """The lake of accepted rows."""
        from pipelines.storage.lake import Lake

        return Lake(self.path / "lake", self.database)

    @cached_property
    def registry(self) -> Registry:
        """The model registry."""
        from models.registry import Registry

        keep_libraries_quiet(self.path)
        return Registry(self.settings.tracking_uri, self.path / "mlflow", self.path / "models")

    @cached_property
    def home(self) -> Home:
        """What the steps work with."""
        from features.catalogue import load_catalogue
        from pipelines.steps.home import Home
        from pipelines.storage.states import FolderOfStates

        return Home(
            path=self.path,
            zone=self.zone,
            contracts=all_contracts(),
            catalogue=load_catalogue(),
            policies=self.policies,
            database=self.database,
            engine=self._engine,
            champion=self._champion,
            model_of=self._model_of,
            pin=self.lake.pin,
            pinned=self.lake.pinned,
            states=FolderOfStates(self.path / "lake" / "state"),
            code_version=version("xinji"),
            signer=self.signer,
            challenger=self._challenger,
        )

    @cached_property
    def sharing(self) -> SharingOffice:
        """Where enterprises consent to banks and offices subscribe."""
        from pipelines.steps.sharing import SharingOffice

        return SharingOffice(self.home)

    @contextmanager
    def _engine(self) -> Iterator[Engine]:
        import duckdb

        from features.engine import DuckdbEngine

        spill = self.path / "spill"
        with duckdb.connect(config={"temp_directory": str(spill)}) as connection:
            yield DuckdbEngine(connection, threads=self.settings.threads, memory_limit=self.settings.memory_limit)

    def _champion(self) -> Champion:
        from pipelines.steps.home import Champion

        found = self.registry.champion()
        return Champion(found.scorer, found.version)

    def _challenger(self) -> Champion | None:
        from pipelines.steps.home import Champion

        found = self.registry.challenger()
        return Champion(found.scorer, found.version) if found else None

    def api(self, clock: Callable[[], datetime]) -> Application:
        """The query API over this home, and the pages."""
        from pipelines.steps.account_desk import AccountDesk
        from pipelines.steps.dead_letters import DeadLetterDesk
        from pipelines.steps.deliveries import Deliveries
        from pipelines.steps.goods import Goods, Parties
        from pipelines.steps.lookup import Documents
        from pipelines.steps.model_desk import ModelDesk
        from pipelines.steps.planning import DatabasePlans
        from pipelines.steps.policies import Policies
        from pipelines.steps.portal import Bulletins, Portal, Queues, Verification, Work
        from pipelines.steps.serving import ServedDesk, ServedHouse
        from pipelines.storage.accounts import DatabaseKeys
        from pipelines.storage.duties import DatabaseDuties
        from pipelines.storage.grouped import GroupedLedger
        from pipelines.storage.queries import DatabaseQueries
        from pipelines.storage.reads import DatabaseReads
        from reports.api.app import create_app
        from reports.api.limits import Rate
        from reports.api.ports import Ports
        from reports.pages.app import Rooms, create_pages

        database = self.database
        house, ledger = ServedHouse(self.home), GroupedLedger(database)
        office, patience = self.certificate_office, self.settings.page_patience_seconds
        ports = Ports(
            queries=DatabaseQueries(database),
            keys=DatabaseKeys(database),
            reads=DatabaseReads(ledger),
            duties=DatabaseDuties(database),
            house=house,
            plans=DatabasePlans(database),
            desk=ServedDesk(self.home, lambda: self.intake(None)),
            screenings=self._screening_desk(ledger),
            sharing=self.sharing,
            certificates=Verification(office, self.certificate_keys) if office else None,
        )
        rate = Rate(self.settings.api_requests_per_second, self.settings.api_burst)
        application = create_app(ports, clock, rate)
        rooms = Rooms(
            ports=ports,
            entrance=self.sign_in,
            provider=self.single_sign_on,
            portal=Portal(self.home, office),
            console=Work(self.home, house, patience),
            documents=Documents(self.home, patience),
            goods=Goods(self.home, patience),
            parties=Parties(self.home, patience),
            policies=Policies(self.home),
            models=ModelDesk(self.database, lambda: self.registry, self.signer),
            deliveries=Deliveries(self.home, self.lake, lambda: self.intake(None)),
            queues=Queues(self.home),
            accounts=AccountDesk(self.database),
            dead_letters=DeadLetterDesk(self.database),
            statistics=Bulletins(self.home.reports / "statistics"),
            clock=clock,
        )
        application.mount("/", create_pages(rooms))
        return application

    def warm_up(self) -> None:
        """Load what is slow to load before anybody asks: the registry, and what looks things up and draws."""
        import gc

        import duckdb  # noqa: F401

        from reports.pages import pictures

        pictures.warm_up()
        self.registry.versions()
        # What is there by now stays: each full search for cycles in it held every answer for a third of a second.
        gc.collect()
        gc.freeze()

    def _screening_desk(self, ledger: GroupedLedger) -> ScreeningDesk:
        """Where single documents are screened."""
        import secrets

        from models.screening.judging import LOTS
        from pipelines.steps.screening import REFERENCES, ScreeningDesk
        from pipelines.storage.references import FolderOfReferences
        from pipelines.storage.screenings import ScreeningLog

        references = FolderOfReferences(self.path / REFERENCES)
        return ScreeningDesk(self.home, references, ScreeningLog(ledger), lambda: secrets.randbelow(LOTS))

    def features(self, business_date: date) -> FeatureTable:
        """The feature table as of a day, for a notebook."""
        from pipelines.steps.day import Day
        from pipelines.steps.training import features_of

        return features_of(self.home, self.lake.pin(), Day.of(business_date))

    def panel(self, known_on: date) -> Panel:
        """Features of every month end, and the way to their outcomes, as known on a day; for a notebook."""
        from pipelines.steps.training import assemble_panel

        return assemble_panel(self.home, self.lake.pin(), known_on)

    def has_champion(self) -> bool:
        """Whether a model grades here already."""
        return any(version.is_champion for version in self.registry.versions())

    def expert_scorecard(self, business_date: date) -> PointsScorer:
        """The expert scorecard as policy writes it on a date."""
        from models.scorecard.reading import expert_scorecard

        return expert_scorecard(self.home.catalogue, business_date)

    def _model_of(self, version: str) -> Champion:
        from pipelines.steps.home import Champion

        return Champion(self.registry.load(version).scorer, version)

    def data_docs(self) -> DataDocs:
        """The pages that show what the gates measured."""
        from expectations.quality.data_docs import DataDocs

        keep_libraries_quiet(self.path)
        return DataDocs(self.path / "data_docs")

    def intake(self, docs: DataDocs | None) -> Intake:
        """What taking in works with; results of the gates are shown in ``docs``."""
        from expectations.quality.gate import judge
        from pipelines.steps.ingest.file import Intake

        return Intake(
            lake=self.lake,
            contracts=all_contracts(),
            gate=partial(judge, docs=docs),
            threads=self.settings.threads,
            memory_limit=self.settings.memory_limit,
        )

    @cached_property
    def outbox(self) -> DatabaseOutbox:
        """What waits to be delivered."""
        from pipelines.storage.outbox import DatabaseOutbox

        return DatabaseOutbox(self.database)

    def endpoint(self) -> Endpoint:
        """The risk-control system.

        Raises
        ------
        UsageError
            When the environment names none.
        """
        from pipelines.delivery import Endpoint

        settings = self.settings
        if not settings.risk_control_url or not settings.risk_control_secret.get_secret_value():
            raise UsageError(
                "No risk-control system is configured.",
                "Set XINJI_RISK_CONTROL_URL and XINJI_RISK_CONTROL_SECRET (whsec_...).",
            )
        return Endpoint(
            url=settings.risk_control_url,
            secrets=tuple(settings.risk_control_secret.get_secret_value().split()),
            allow_private=settings.risk_control_allow_private,
            subject=settings.risk_control_subject,
        )


def wire(home: Path | None = None) -> Wiring:
    """The wiring of a home: the one given, else the environment's, else ``./var``."""
    from pipelines.settings import load_settings

    return Wiring(load_settings(home))
