"""What lies at the door: manifests that are followed to the letter, or refused in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import NotFoundError, UsageError
from expectations.intake.delivery import find_deliveries

TABLES = ("order", "order_line", "payment")


def manifest(folder: Path, **changes: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "source": "bank",
        "batch_id": folder.name,
        "produced_at": "2026-03-01T08:00:00",
        "files": [{"table": "payment", "path": "payment.csv", "rows": 1, "sha256": "0" * 64}],
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps({**content, **changes}))
    return path


def test_files_without_a_manifest_are_one_batch_in_order_of_name(tmp_path: Path) -> None:
    for name in ("payment.csv.gz", "order.parquet", "order_line.jsonl"):
        (tmp_path / name).touch()
    (delivery,) = find_deliveries(tmp_path, TABLES)
    assert [(offer.table, offer.name) for offer in delivery.files] == [
        ("order", "order.parquet"),
        ("order_line", "order_line.jsonl"),
        ("payment", "payment.csv.gz"),
    ]


def test_a_file_of_no_known_table_is_left_and_told(tmp_path: Path) -> None:
    for name in ("payment.csv", "readme.txt", "orders.csv"):
        (tmp_path / name).touch()
    (delivery,) = find_deliveries(tmp_path, TABLES)
    assert [notice.code for notice in delivery.notices] == ["files_left"]
    assert "orders.csv, readme.txt" in delivery.notices[0].words.en


def test_a_folder_without_any_known_file_says_which_name_was_meant(tmp_path: Path) -> None:
    (tmp_path / "ordr.csv").touch()
    with pytest.raises(UsageError, match="perhaps order is meant"):
        find_deliveries(tmp_path, TABLES)
    with pytest.raises(NotFoundError):
        find_deliveries(tmp_path / "nowhere", TABLES)


def test_batches_of_a_tree_come_in_order_of_production_whatever_their_zone(tmp_path: Path) -> None:
    manifest(tmp_path / "a", produced_at="2026-03-01T08:00:00+08:00")
    manifest(tmp_path / "b", produced_at="2026-02-28T23:00:00Z")
    manifest(tmp_path / "c", produced_at="2026-03-01T08:00:00")
    assert [delivery.path.parent.name for delivery in find_deliveries(tmp_path, TABLES)] == ["b", "a", "c"]


@pytest.mark.parametrize("path", ["../payment.csv", "/etc/passwd", "a/../../payment.csv", "..\\payment.csv", ""])
def test_a_path_out_of_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    manifest(tmp_path / "a", files=[{"table": "payment", "path": path, "rows": 1, "sha256": "0" * 64}])
    (delivery,) = find_deliveries(tmp_path / "a", TABLES)
    assert "leads out of the batch's folder" in str(delivery.problem)
    assert delivery.files == ()


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").touch()
    path = manifest(tmp_path / "a")
    (path.parent / "payment.csv").symlink_to(tmp_path / "secret.csv")
    (delivery,) = find_deliveries(path, TABLES)
    assert "leads out" in str(delivery.problem)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sorce": "x"}, "sorce"),
        ({"files": [{"table": "paymnt", "path": "p.csv", "rows": 1, "sha256": "0" * 64}]}, "no table paymnt"),
        ({"files": [{"table": "payment", "path": "p.xlsx", "rows": 1, "sha256": "0" * 64}]}, "unknown format"),
        ({"files": [{"table": "payment", "path": "p.csv", "rows": -1, "sha256": "0" * 64}]}, "rows"),
        ({"files": [{"table": "payment", "path": "p.csv", "rows": 1, "sha256": "abc"}]}, "sha256"),
        ({"produced_at": "yesterday"}, "not a time"),
        ({"files": []}, "at least one file"),
        ({"operation": "withdraw"}, "lists no files"),
        ({"operation": "delete"}, "operation"),
    ],
)
def test_a_manifest_that_says_something_unknown_is_refused(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    manifest(tmp_path / "a", **changes)
    (delivery,) = find_deliveries(tmp_path, TABLES)
    assert says in str(delivery.problem)


def test_a_manifest_that_is_no_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{")
    assert "not JSON" in str(find_deliveries(tmp_path, TABLES)[0].problem)


def test_a_file_beside_the_manifest_that_it_does_not_list_is_told(tmp_path: Path) -> None:
    path = manifest(tmp_path / "a")
    (path.parent / "order.csv").touch()
    (delivery,) = find_deliveries(tmp_path, TABLES)
    assert "order.csv" in delivery.notices[0].words.en
