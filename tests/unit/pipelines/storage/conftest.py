"""The same storage suite on SQLite and, where a server can be had, on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from pipelines.storage.database import Database
from pipelines.storage.migrations import bring_up_to_date

_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_server_user() -> list[str]:
    """PostgreSQL refuses to run as root; elsewhere it runs as whoever tests."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []


def _start_server(folder: Path) -> tuple[subprocess.Popen[bytes], URL]:
    programs, port = _PROGRAMS[-1], _free_port()
    data = folder / "data"
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    initialise = [str(programs / "initdb"), "-D", str(data), "-U", "xinji", "-A", "trust", "-E", "UTF8", "--locale=C"]
    subprocess.run([*_as_server_user(), *initialise], check=True, capture_output=True)
    options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"]
    serve = [str(programs / "postgres"), "-D", str(data), "-p", str(port), *options]
    server = subprocess.Popen([*_as_server_user(), *serve], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return server, URL.create("postgresql+psycopg", "xinji", host="127.0.0.1", port=port, database="postgres")


def _wait_until_ready(url: URL) -> None:
    engine = create_engine(url, connect_args={"connect_timeout": 2})
    for attempt in range(100):
        try:
            with engine.connect():
                break
        except Exception:
            if attempt == 99:
                raise
            import time

            time.sleep(0.1)
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[URL]:
    """A server: the one XINJI_TEST_POSTGRESQL_URL names, else one of our own for the session."""
    if given := os.environ.get("XINJI_TEST_POSTGRESQL_URL"):
        yield make_url(given)
        return
    if not _PROGRAMS:
        pytest.skip("PostgreSQL is not installed and XINJI_TEST_POSTGRESQL_URL is not set")
    folder = Path(tempfile.mkdtemp(prefix="xinji-postgresql-"))
    server, url = _start_server(folder)
    try:
        _wait_until_ready(url)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty home's database; on PostgreSQL a schema of its own per test."""
    if request.param == "sqlite":
        yield from _opened(f"sqlite:///{tmp_path / 'ledger.db'}")
        return
    server: URL = request.getfixturevalue("postgresql_url")
    schema = f"test_{uuid4().hex}"
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = server.update_query_dict({"options": f"-csearch_path={schema}"})
    yield from _opened(url.render_as_string(hide_password=False))
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    bring_up_to_date(database)
    yield database
    database.close()
