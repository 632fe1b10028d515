"""What a page can answer to a wrong step has words in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from expectations.errors import UsageError

REACHED = (
    "expectations.intake.attachments",
    "models.people.acts",
    "models.people.objections",
    "models.people.overrides",
    "models.people.publications",
    "models.people.sharing",
    "models.policy.change",
    "models.policy.documents",
    "pipelines.steps.advising",
    "pipelines.steps.certifying",
    "pipelines.steps.deliveries",
    "pipelines.steps.findings",
    "pipelines.steps.goods",
    "pipelines.steps.ingest.correction",
    "pipelines.steps.lookup",
    "pipelines.steps.model_desk",
    "pipelines.steps.people",
    "pipelines.steps.policies",
    "pipelines.steps.portal",
    "pipelines.steps.promotion",
    "pipelines.steps.sharing",
    "pipelines.steps.sign_in",
    "pipelines.steps.supporting",
    "pipelines.steps.validation",
    "pipelines.steps.what_if",
    "pipelines.storage.advice",
    "pipelines.storage.papers",
    "pipelines.storage.quarantine",
    "reports.certificate.claims",
)
"""Modules whose errors an act on a page can meet."""


def errors_made(module: str) -> Iterator[ast.Call]:
    """The calls that make an error of ours."""
    path = Path(str(import_module(module).__file__))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if isinstance(node, ast.Call) and re.fullmatch("[A-Z][A-Za-z]*Error", name) and name != "ValueError":
            yield node


@pytest.mark.parametrize("module", REACHED)
def test_every_error_has_chinese_words(module: str) -> None:
    for call in errors_made(module):
        told = [ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg == "zh"]
        assert told, f"{module}, line {call.lineno}"
        assert re.search(r"[\u4e00-\u9fff].*。", told[0]) or "：" in told[0], told[0]


def test_an_error_is_told_in_the_language_asked_for_and_in_english_where_it_has_no_other() -> None:
    error = UsageError("It is late.", "Come earlier.", zh="已过期，请提早。")
    assert (error.told("zh"), error.told("en")) == ("已过期，请提早。", "It is late. Come earlier.")
    assert UsageError("It is late.").told("zh") == "It is late."


@pytest.mark.parametrize("remedy", ["See: xinji objection list", "Say why: --reason WHY"])
def test_a_remedy_that_is_a_command_is_not_told_at_a_page(remedy: str) -> None:
    error = UsageError("It is late.", remedy)
    assert error.told("en") == "It is late."
    assert str(error) == f"It is late. {remedy}"
