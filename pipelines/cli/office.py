"""The rules' life: what an official checks before a policy is published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.output import FAILED, answer, table

Root = Annotated[Path | None, typer.Option(help="A folder of policy files; the packaged policy when left out.")]
Cases = Annotated[Path, typer.Option(help="Folder with the YAML cases.")]
_CASES = Path("tests/policy/cases")


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    policy = typer.Typer(help="The rules as dated data: check them, and run the cases an official can read.")
    policy.command("check")(check)
    policy.command("test")(test)
    application.add_typer(policy, name="policy")


def check(root: Root = None, cases: Cases = _CASES) -> int:
    """Look for faults: schema, gaps and overlaps in time, missing citation, translation or case, contradictions."""
    from models.grade.cases import run_cases
    from models.policy.book import PACKAGED, PolicyBook
    from models.policy.check import policy_check, schema_findings

    folder = root or PACKAGED
    found = schema_findings(folder)
    if not found:
        book = PolicyBook.load(folder)
        found = policy_check(book, run_cases(cases, book).coverage if cases.exists() else None)
    answer(
        {
            "holds": not found,
            "findings": [{"rule": one.rule, "kind": one.kind, "problem": one.problem} for one in found],
        },
        "The policy holds." if not found else f"{len(found)} faults.",
    )
    if found:
        table("Faults", ("rule", "kind", "problem"), [(one.rule, one.kind, one.problem) for one in found])
    return FAILED if found else 0


def test(root: Root = None, cases: Cases = _CASES) -> int:
    """Run every case against the policy in force on the case's own date."""
    from expectations.errors import UsageError
    from models.grade.cases import run_cases
    from models.policy.book import PACKAGED, PolicyBook

    if not cases.exists():
        raise UsageError(f"There is no folder {cases}.", "Name the folder with the YAML cases: --cases FOLDER")
    report = run_cases(cases, PolicyBook.load(root or PACKAGED))
    answer(
        {
            "cases": len(report.results),
            "failed": [{"file": one.file, "case": one.case, "differences": one.differences} for one in report.failed],
            "coverage": dict(sorted(report.coverage.items())),
        },
        f"{len(report.results) - len(report.failed)} of {len(report.results)} cases hold.",
    )
    if report.failed:
        rows = [(one.file, one.case, "; ".join(one.differences)) for one in report.failed]
        table("Cases that came out otherwise", ("file", "case", "difference"), rows)
    return FAILED if report.failed else 0
