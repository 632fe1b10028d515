"""Work in progress: a folder of one's own, and nothing left behind for long."""

from __future__ import annotations

from pathlib import Path

from pipelines.storage.working import working_folder


def test_a_folder_goes_when_its_work_is_done(tmp_path: Path) -> None:
    with working_folder(tmp_path) as folder:
        (folder / "file").touch()
    assert not folder.exists()


def test_a_folder_left_behind_is_cleared_and_one_in_use_is_not(tmp_path: Path) -> None:
    (tmp_path / "left").mkdir()
    (tmp_path / "left" / "in-use").touch()
    (tmp_path / "left" / "file").touch()
    with working_folder(tmp_path) as first, working_folder(tmp_path) as second:
        assert not (tmp_path / "left").exists()
        assert first.exists()
        assert first != second
