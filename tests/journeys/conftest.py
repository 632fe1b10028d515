"""A small zone taken in once, for journeys through the whole house."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pipelines.settings import Settings
from pipelines.simulation import ZoneSettings, simulate
from pipelines.steps import daily
from pipelines.steps.day import Day
from pipelines.steps.ingest.batch import take_in
from pipelines.wiring import Wiring
from tests.worlds.day_home import BEFORE, LAST_DAY, TAKEN_AT, home_at
from tests.worlds.served_home import House, served_home


@pytest.fixture(scope="session")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Landing files of a zone of 60 enterprises over 150 days."""
    out = tmp_path_factory.mktemp("landing")
    simulate(out, ZoneSettings(enterprises=60, days=150, end_date=LAST_DAY, daily_batches=1, orders_per_day=40))
    return out


@pytest.fixture(scope="session")
def taken(tmp_path_factory: pytest.TempPathFactory, landing: Path) -> Path:
    """A home that has taken the zone in. Copy it, never write to it."""
    path = tmp_path_factory.mktemp("taken") / "home"
    wiring = Wiring(Settings(home=path, threads=2))
    wiring.settle_in()
    take_in(wiring.intake(None), landing, TAKEN_AT)
    wiring.database.close()
    return path


@pytest.fixture
def fresh_home(taken: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Makes copies of the home that has taken the zone in and decided nothing yet."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(taken, tmp_path / name))

    return copy


@pytest.fixture(scope="session")
def one_day(taken: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that decided about one day. Copy it, never write to it."""
    path = Path(shutil.copytree(taken, tmp_path_factory.mktemp("decided") / "home"))
    home = home_at(path)
    daily.run_day(home, Day.of(BEFORE))
    home.database.close()
    return path


@pytest.fixture(scope="session")
def two_days(one_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that decided about two days. Never write to it but for reports."""
    path = Path(shutil.copytree(one_day, tmp_path_factory.mktemp("listed") / "home"))
    home = home_at(path)
    daily.run_day(home, Day.of(LAST_DAY))
    home.database.close()
    return path


@pytest.fixture(scope="module")
def house(two_days: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A home of which two days were run, with an account for every role."""
    return served_home(two_days, tmp_path_factory.mktemp("served") / "home")


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    """Somebody who asks for its pages."""
    with TestClient(house.pages, base_url="http://localhost") as client:
        yield client
