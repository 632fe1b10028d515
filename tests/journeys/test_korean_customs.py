"""The main job on real declarations: a tenth of eight months, from the published files to a ledger that holds."""

from __future__ import annotations

import csv
import gzip
import hashlib
from datetime import date
from pathlib import Path

import pytest

from expectations.vocabulary.moment import knowledge_cutoff
from expectations.vocabulary.uscc import is_surrogate
from models.training.settings import TrainingSettings
from models.training.train import TrainingResult, train
from pipelines.settings import Settings
from pipelines.sources.adapter import Translation, adapter_named
from pipelines.steps import daily
from pipelines.steps.day import Day
from pipelines.steps.ingest.batch import take_in
from pipelines.steps.ingest.report import IngestReport
from pipelines.steps.listing import risk_list
from pipelines.steps.publishing import write_reports
from pipelines.steps.replaying import replay
from pipelines.steps.training import Trained, assemble_panel, history_of, register_training
from pipelines.storage import decisions, ledger
from pipelines.wiring import Wiring

pytestmark = pytest.mark.xdist_group("korean_customs")

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "data" / "korea_customs"
ZONE = ROOT / "pipelines" / "sources" / "korea_customs" / "zone.yml"
FILES = ("df_syn_train_eng.csv", "df_syn_valid_eng.csv", "df_syn_test_eng.csv")
LAST_DAY = date(2020, 8, 31)
TODAY = date(2026, 11, 24)
"""Long after the data ends."""


class Korea:
    """A home that took the sample in and trained on it."""

    def __init__(self, folder: Path) -> None:
        self.rows = sample(folder / "published")
        self.wiring = Wiring(Settings(home=folder / "home", threads=2))
        self.wiring.settle_in(ZONE)
        self.translation: Translation = adapter_named("korea_customs").translate(
            folder / "published", folder / "landing"
        )
        self.taken: IngestReport = take_in(self.wiring.intake(None), folder / "landing", knowledge_cutoff(LAST_DAY))
        home = self.wiring.home
        panel = assemble_panel(home, home.pin(), TODAY)
        settings = TrainingSettings()
        self.result: TrainingResult = train(panel, home.catalogue, self.wiring.expert_scorecard(TODAY), settings)
        self.trained: Trained = register_training(home, self.wiring.registry, panel, self.result, settings)
        self.run = daily.run_day(home, Day.of(LAST_DAY))
        write_reports(home, LAST_DAY)

    def digests(self) -> dict[str, str]:
        """Every file of reports and lake, and the ledger's last entries."""
        with self.wiring.database.reading() as connection:
            found = {"ledger": str(ledger.verify(connection).counts)}
        for folder in ("reports", "lake"):
            for file in sorted((self.wiring.path / folder).rglob("*")):
                if file.is_file() and "working" not in file.parts:
                    found[str(file)] = hashlib.sha256(file.read_bytes()).hexdigest()
        return found


def sample(folder: Path) -> int:
    """Every tenth published row up to the last day, in files of the published names."""
    folder.mkdir()
    kept = 0
    for name in FILES:
        with gzip.open(SHIPPED / f"{name}.gz", "rt", encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
        day = header.index("Date")
        chosen = [row for row in rows[::10] if row[day] <= LAST_DAY.isoformat()]
        kept += len(chosen)
        with (folder / name).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([header, *chosen])
    return kept


@pytest.fixture(scope="module")
def korea(tmp_path_factory: pytest.TempPathFactory) -> Korea:
    return Korea(tmp_path_factory.mktemp("korea"))


def test_every_published_row_is_accounted_for_in_three_tables(korea: Korea) -> None:
    tables = korea.taken.tables()
    assert sorted(tables) == ["declaration", "declaration_line", "inspection"]
    for counts in tables.values():
        assert counts["received"] == korea.rows
        assert counts["accepted"] + counts["quarantined"] == korea.rows
    assert tables["declaration"]["quarantined"] == 0


def test_what_was_made_up_and_what_is_missing_is_listed(korea: Korea) -> None:
    assert {(one.table, one.field) for one in korea.translation.surrogates} >= {
        ("declaration", "uscc"),
        ("declaration", "amount_usd"),
        ("inspection", "result"),
    }
    assert any("Only customs is connected" in gap.en for gap in korea.translation.gaps)


def test_history_ends_where_the_data_does_and_not_today(korea: Korea) -> None:
    home = korea.wiring.home
    assert history_of(home, home.pin(), TODAY).last_day == LAST_DAY


def test_a_challenger_is_fitted_and_runs_in_shadow_of_the_scorecard(korea: Korea) -> None:
    assert korea.result.split.train.events > 0
    assert korea.result.split.test.events > 0
    assert korea.trained.challenger_version is not None
    (champion,) = (one for one in korea.wiring.registry.versions() if one.is_champion)
    (challenger,) = (one for one in korea.wiring.registry.versions() if one.is_challenger)
    assert champion.version == korea.trained.scorecard_version
    assert challenger.version == korea.trained.challenger_version


def test_everybody_is_graded_and_feeds_that_are_not_connected_are_named_and_cost_nobody_a_grade(korea: Korea) -> None:
    with korea.wiring.database.reading() as connection:
        records = list(decisions.decisions_of(connection, LAST_DAY))
    assert len(records) == sum(korea.run.grades.values()) > 1000
    for record in records:
        assert is_surrogate(record["uscc"])
        assert record["grade"] is not None
        assert {"payment", "order", "forex", "tax_filing"} <= set(record["feeds_missing"])
        assert record["inputs"]["missing_weight"] == 0.0
        assert record["dimensions"]["settlement"] is None


def test_the_ledger_holds_and_a_decision_is_made_again_to_the_byte(korea: Korea) -> None:
    with korea.wiring.database.reading() as connection:
        assert ledger.verify(connection).holds
        first = next(iter(decisions.decisions_of(connection, LAST_DAY)))
    assert replay(korea.wiring.home, first["decision_id"]).holds


def test_the_same_day_again_changes_no_byte(korea: Korea) -> None:
    before = korea.digests()
    assert not daily.run_day(korea.wiring.home, Day.of(LAST_DAY)).is_new
    write_reports(korea.wiring.home, LAST_DAY)
    assert korea.digests() == before


def test_equal_cases_stand_on_the_list_by_score(korea: Korea) -> None:
    scores = [row.score for row in risk_list(korea.wiring.home, LAST_DAY).rows if row.exposed_cny == "0.00"]
    assert scores
    by_severity = [row for row in risk_list(korea.wiring.home, LAST_DAY).rows if row.severity.value == "medium"]
    assert [row.score for row in by_severity] == sorted(row.score or 0 for row in by_severity)
