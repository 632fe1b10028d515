"""An official's path through the command line: look, write, check, propose, approve. No step can be skipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.cli import output, run

RULE = {
    "id": "K13",
    "title": {"zh": "纳税信用 M 级", "en": "Tax credit class M"},
    "legal_basis": [{"document": "试行办法", "article": "第九条", "link": "docs: 试行办法"}],
    "authority": "tax",
    "confidence": "D",
    "valid_from": "2999-01-01",
    "values": {
        "2999-01-01": {
            "branches": [
                {
                    "rests_on": "fact",
                    "name": "tax_m",
                    "table": "regulator_rating",
                    "where": {"authority": "tax", "rating": "M"},
                    "max_grade": "A",
                    "mandatory": False,
                    "says": {"zh": "纳税信用为 M 级", "en": "The tax credit class is M"},
                }
            ]
        }
    },
}


def case(rating: str, grade: str) -> dict[str, Any]:
    fact = {"authority": "tax", "scheme": "tax-12-2025", "rating": rating, "valid_from": "2998-04-20"}
    given = {"day": "2999-02-01", "score": 930, "facts": [{"regulator_rating": fact}]}
    expected = {"grade": grade, "caps": ["K13"] if grade == "A" else []}
    return {
        "case": f"With tax class {rating} the best grade is {grade}",
        "about": ["K13"],
        "given": given,
        "expect": expected,
    }


@pytest.fixture
def say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str]]:
    """Gives one command to a home with two officers; returns its exit code and all it said."""
    monkeypatch.setenv("XINJI_CONFIG_FOLDER", str(tmp_path / "config"))
    monkeypatch.setenv("XINJI_PASSWORD", "the chain is never broken")

    def command(*words: str) -> tuple[int, str]:
        code = run(["--home", str(tmp_path / "home"), *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    for officer in ("zhang-1", "li-1"):
        command("account", "open", officer, "--role", "officer")
    return command


@pytest.fixture
def change(tmp_path: Path) -> Callable[..., str]:
    """Writes a change with the new rule and some cases; returns its file."""

    def write(*cases: dict[str, Any]) -> str:
        content = {
            "title": RULE["title"],
            "legal_basis": RULE["legal_basis"],
            "rules": {"caps/K13": RULE},
            "cases": list(cases),
        }
        file = tmp_path / "change.yml"
        file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return str(file)

    return write


def test_a_rule_is_shown_with_its_value_in_the_form_a_change_is_written_in(say: Callable[..., tuple[int, str]]) -> None:
    code, said = say("policy", "show", "caps/K12")
    shown = yaml.safe_load(said)
    assert code == output.DONE
    assert shown["value"]["branches"][0]["months"] == 12
    assert shown["legal_basis"][0]["article"] == "5.3 K12"


def test_a_rule_that_is_not_there_is_told_with_those_that_are(say: Callable[..., tuple[int, str]]) -> None:
    code, said = say("policy", "show", "caps/K99")
    assert code == output.FAILED
    assert "There is no rule caps/K99." in said
    assert "K12" in said


def test_a_new_rule_goes_from_a_file_to_policy_by_two_accounts(
    say: Callable[..., tuple[int, str]], change: Callable[..., str]
) -> None:
    file = change(case("M", "A"), case("A", "AAA"))
    assert say("policy", "check", "--change", file)[0] == output.DONE
    say("login", "zhang-1")
    code, said = say("policy", "publish", file, "--effective", "2999-01-01", "--reason", "article 9")
    assert code == output.DONE
    identifier = said.split()[1]
    assert say("policy", "show", "caps/K13")[0] == output.FAILED, "proposed is not policy"
    code, said = say("policy", "approve", identifier, "--reason", "mine")
    assert code != output.DONE
    assert "four eyes" in said
    say("login", "li-1")
    assert say("policy", "approve", identifier, "--reason", "agreed")[0] == output.DONE
    assert yaml.safe_load(say("policy", "show", "caps/K13")[1])["value"] is None, "not before its day"
    shown = yaml.safe_load(say("policy", "show", "caps/K13", "--date", "2999-01-01")[1])
    assert shown["value"]["branches"][0]["max_grade"] == "A"


def test_a_change_whose_case_does_not_hold_is_not_even_proposed(
    say: Callable[..., tuple[int, str]], change: Callable[..., str]
) -> None:
    file = change(case("M", "A"), case("A", "A"))
    code, said = say("policy", "check", "--change", file)
    assert code == output.FAILED
    assert "With tax class A the best grade is A" in said
    say("login", "zhang-1")
    assert say("policy", "publish", file, "--effective", "2999-01-01", "--reason", "x")[0] != output.DONE
    assert "K13" not in say("policy", "published")[1]
