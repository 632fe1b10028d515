"""Where errors meant for people end."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.cli import output, run


def test_a_database_that_refuses_is_told_in_words_without_its_statement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ledger.db").write_text("not a database" * 100, encoding="utf-8")
    code = run(["--home", str(tmp_path), "verify"])
    said = capsys.readouterr().err
    assert code == output.FAILED
    assert "The database refused: file is not a database." in said
    assert "->" in said
    assert "SELECT" not in said.upper()
