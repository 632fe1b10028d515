"""Damaged deliveries of every kind through the command line: told in words, counted to the row, and the run goes on."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.worlds.ingest_home import csv_of, payment

pytestmark = pytest.mark.xdist_group("bad_files")

ROWS = 200
BAD = (7, 150)
"""Rows of the file with one per cent of bad rows whose amount is no number."""

WORDS = {
    "broken_header": "The header lacks required columns: pay_txn_id (perhaps renamed to 'pay_txnid')",
    "bad_rows": "'amount' must be a number with at most 2 decimals",
    "cut_csv": "The file is cut off: the rows before the cut were read, the rest is missing.",
    "cut_gzip": "The file is cut off: the rows before the cut were read, the rest is missing.",
    "cut_parquet": "The file cannot be opened; it is damaged or cut off",
    "wrong_encoding": "The text is neither UTF-8 nor GB18030",
    "no_byte": "The file is empty: not even a header. Ask the sender for it again.",
    "header_only": "The number of rows is 0; expected at least 1.",
    "other_content": "The file is not the one its manifest describes",
    "not_there": "The manifest lists payment.csv, which was not delivered.",
}


def xinji(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One invocation as a clerk makes it."""
    return subprocess.run(
        [sys.executable, "-c", "from pipelines.cli import main; main()", "--home", str(home), *words],
        env={**os.environ, "COLUMNS": "80", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def payments(name: str, rows: int = ROWS) -> bytes:
    """Sound payments; no number occurs in two files."""
    return csv_of([{**payment(number), "pay_txn_id": f"{name}{number}"} for number in range(rows)])


def delivered(folder: Path) -> dict[str, bytes]:
    """The one file of each delivery."""
    sound = payments("sound")
    cut = payments("cut_csv")
    zipped = gzip.compress(payments("cut_gzip"), mtime=0)
    table = folder / "payment.parquet"
    pd.DataFrame([payment(number) for number in range(ROWS)]).to_parquet(table)
    parquet = table.read_bytes()
    table.unlink()
    return {
        "sound": sound,
        "broken_header": payments("broken_header").replace(b"pay_txn_id", b"pay_txnid", 1),
        "bad_rows": csv_of(
            [
                {**payment(number), "pay_txn_id": f"bad{number}", "amount": "ten" if number in BAD else "10.00"}
                for number in range(ROWS)
            ]
        ),
        "cut_csv": cut[: cut.index(b"cut_csv120") + 30],
        "cut_gzip": zipped[: len(zipped) * 2 // 3],
        "cut_parquet": parquet[: len(parquet) // 2],
        "wrong_encoding": payments("wrong_encoding").decode().encode("utf-16"),
        "no_byte": b"",
        "header_only": payments("header_only", rows=0),
        "other_content": payments("other_content"),
        "not_there": payments("not_there"),
    }


def suffix(name: str) -> str:
    return {"cut_gzip": "csv.gz", "cut_parquet": "parquet"}.get(name, "csv")


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of deliveries, each with its manifest."""
    folder = tmp_path_factory.mktemp("inbox")
    for name, content in delivered(folder).items():
        batch = folder / name
        batch.mkdir()
        file = f"payment.{suffix(name)}"
        if name != "not_there":
            (batch / file).write_bytes(content)
        promised = b"something else" if name == "other_content" else content
        described = {"table": "payment", "path": file, "sha256": hashlib.sha256(promised).hexdigest(), "rows": ROWS}
        manifest = {
            "source": "payment",
            "batch_id": name,
            "produced_at": "2026-03-02T05:00:00+08:00",
            "files": [described],
        }
        (batch / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("door") / "home"


@pytest.fixture(scope="module")
def told(inbox: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """What the command said."""
    return xinji(home, "ingest", str(inbox))


@pytest.fixture(scope="module")
def batches(told: subprocess.CompletedProcess[str], home: Path) -> dict[str, dict[str, int | str]]:
    """The accounting afterwards, by delivery."""
    assert told.returncode == 3, told.stderr
    listed = json.loads(xinji(home, "--json", "batch", "list").stdout)["batches"]
    return {one["batch_id"]: one for one in listed}


@pytest.mark.parametrize("name", WORDS)
def test_each_fault_is_told_in_words_with_the_file_that_has_it(
    name: str, told: subprocess.CompletedProcess[str], batches: dict[str, dict[str, int | str]]
) -> None:
    lines = told.stdout.splitlines()
    (said,) = [place for place, line in enumerate(lines) if WORDS[name] in line]
    assert f"(batch {batches[name]['sequence']})" in lines[said + 1]
    assert "Traceback" not in told.stdout + told.stderr


def test_every_row_is_accepted_or_in_quarantine(batches: dict[str, dict[str, int | str]]) -> None:
    assert set(batches) == {"sound", *WORDS}
    counts = {
        name: (one["received"], one["accepted"], one["quarantined"], one["state"]) for name, one in batches.items()
    }
    received, accepted, quarantined, _ = counts.pop("cut_gzip")
    assert 0 < int(received) < ROWS
    assert int(received) - int(accepted) == int(quarantined) == 1
    assert counts == {
        "sound": (ROWS, ROWS, 0, "usable"),
        "broken_header": (ROWS, 0, ROWS, "withheld"),
        "bad_rows": (ROWS, ROWS - 2, 2, "usable"),
        "cut_csv": (121, 120, 1, "withheld"),
        "cut_parquet": (0, 0, 0, "withheld"),
        "wrong_encoding": (ROWS, 0, ROWS, "withheld"),
        "no_byte": (0, 0, 0, "withheld"),
        "header_only": (0, 0, 0, "withheld"),
        "other_content": (ROWS, 0, ROWS, "withheld"),
        "not_there": (0, 0, 0, "withheld"),
    }


def test_bad_rows_go_out_with_their_place_and_come_back_corrected(
    batches: dict[str, dict[str, int | str]], home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "payment.csv"
    assert xinji(home, "quarantine", "export", "--table", "payment", "--out", str(out)).returncode == 0
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    wrong = [row for row in rows if row["amount"] == "ten"]
    assert [row["_place"] for row in wrong] == [f"payment.csv:{number + 1}" for number in BAD]
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows({**row, "amount": "10.00"} for row in wrong)
    assert "Sign in: xinji login" in xinji(home, "quarantine", "resubmit", str(out), XINJI_SESSION="").stderr
    secret = {"XINJI_PASSWORD": "all rows are accounted for"}
    assert xinji(home, "account", "open", "clerk-1", "--role", "operator", **secret).returncode == 0
    session = xinji(home, "login", "clerk-1", "--show", **secret).stdout.strip()
    said = xinji(home, "--json", "quarantine", "resubmit", str(out), XINJI_SESSION=session)
    assert said.returncode == 0, said.stderr
    waiting = json.loads(xinji(home, "--json", "quarantine", "list", "--table", "payment").stdout)["quarantine"]
    (corrected,) = [one for one in waiting if one["sequence"] == batches["bad_rows"]["sequence"]]
    assert (corrected["waiting"], corrected["accepted"]) == (0, 2)
