"""The rules' life: what an official checks before a policy is published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import FAILED, answer, now, table, working
from pipelines.cli.session import acting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.steps.people import Desk
    from pipelines.steps.what_if import WhatIf

Root = Annotated[Path | None, typer.Option(help="A folder of policy files; the packaged policy when left out.")]
Cases = Annotated[Path, typer.Option(help="Folder with the YAML cases.")]
_CASES = Path("tests/policy/cases")


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    policy = typer.Typer(help="The rules as dated data: check them, and run the cases an official can read.")
    policy.command("show")(show)
    policy.command("check")(check)
    policy.command("test")(test)
    policy.command("what-if")(what_if)
    policy.command("publish")(publish)
    policy.command("approve")(approve)
    policy.command("published")(published)
    application.add_typer(policy, name="policy")


def show(
    rule: Annotated[str, typer.Argument(help="folder/id, such as caps/K12; a folder alone lists its rules.")],
    date: Annotated[str | None, typer.Option(help="The day it is looked at on, YYYY-MM-DD; today.")] = None,
) -> None:
    """Show a rule as this home has it: what holds on a day, in the form that a change is written in."""
    import yaml

    from expectations.errors import NotFoundError
    from expectations.vocabulary.moment import parse_date

    desk = _desk()
    folder, _, identifier = rule.partition("/")
    found = desk.policies.folder(folder)
    if not found or (identifier and identifier not in found):
        known = ", ".join(found) or ", ".join(sorted({name.partition("/")[0] for name in desk.policies.rules}))
        raise NotFoundError(f"There is no rule {rule}.", f"There are: {known}.")
    if not identifier:
        rows = [(f"{folder}/{name}", one.title.zh, one.title.en) for name, one in found.items()]
        answer({"rules": [name for name, _, _ in rows]})
        table(f"Rules in {folder}", ("rule", "", "title"), rows)
        return
    chosen, day = found[identifier], parse_date(date) if date else desk.today
    value = chosen.value_on(day)
    told = chosen.model_dump(mode="json", exclude={"values"})
    told["value"] = value.model_dump(mode="json", exclude_defaults=True) if value else None
    told["changes"] = [start.isoformat() for start in sorted(chosen.values)]
    answer({**told, "date": day.isoformat()}, yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=110))


def check(
    root: Root = None,
    cases: Cases = _CASES,
    change: Annotated[Path | None, typer.Option(help="A change to check against this home's policy.")] = None,
) -> int:
    """Look for faults: schema, time, citation, translation, unreachable branches, contradictions, missing cases."""
    from models.grade.cases import run_cases
    from models.policy.book import PACKAGED, PolicyBook
    from models.policy.check import policy_check, schema_findings
    from models.policy.support_check import support_check
    from models.policy.support_pack import SupportPack
    from models.screening.terms import TermsBook

    if change is not None:
        return _check_change(change)

    folder = root or PACKAGED
    found = schema_findings(folder)
    if not found:
        book = PolicyBook.load(folder)
        covered = run_cases(cases, book).coverage if cases.exists() else None
        found = policy_check(book, covered) + support_check(SupportPack.load(folder), book, covered)
        found += TermsBook.load(folder / "screening").findings()
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


def _check_change(path: Path) -> int:
    from datetime import timedelta

    from models.grade.cases import change_faults
    from models.policy.change import read_change

    desk = _desk()
    faults = change_faults(desk.policies, read_change(path), desk.today + timedelta(days=1))
    answer({"holds": not faults, "findings": faults}, *(faults or ["The change holds, from tomorrow on."]))
    return FAILED if faults else 0


def test(root: Root = None, cases: Cases = _CASES) -> int:
    """Run every case against the policy in force on the case's own date."""
    from expectations.errors import UsageError
    from models.grade.cases import run_cases
    from models.policy.book import PACKAGED, PolicyBook
    from models.policy.check import wanted_cases
    from models.policy.support_check import wanted_support_cases
    from models.policy.support_pack import SupportPack

    if not cases.exists():
        raise UsageError(f"There is no folder {cases}.", "Name the folder with the YAML cases: --cases FOLDER")
    book = PolicyBook.load(root or PACKAGED)
    report = run_cases(cases, book)
    wanted = [what for name, rule in book.rules.items() for what in wanted_cases(name, rule)]
    wanted += wanted_support_cases(SupportPack.load(book.root))
    shown = sum(what in report.coverage for what in wanted)
    answer(
        {
            "cases": len(report.results),
            "branches": len(wanted),
            "branches_covered": shown,
            "failed": [{"file": one.file, "case": one.case, "differences": one.differences} for one in report.failed],
            "coverage": dict(sorted(report.coverage.items())),
        },
        f"{len(report.results) - len(report.failed)} of {len(report.results)} cases hold; "
        f"they show {shown} of {len(wanted)} branches of rules, each firing and quiet.",
    )
    if report.failed:
        rows = [(one.file, one.case, "; ".join(one.differences)) for one in report.failed]
        table("Cases that came out otherwise", ("file", "case", "difference"), rows)
    return FAILED if report.failed else 0


ChangeFile = Annotated[Path, typer.Argument(help="CHANGE.yml: title, legal_basis, values: or rules:, cases:.")]
Reason = Annotated[str, typer.Option(help="Why, for the record.")]


def what_if(
    change: ChangeFile,
    first: Annotated[str, typer.Option("--from", help="First day that is judged again.")],
    last: Annotated[str, typer.Option("--to", help="Last day that is judged again.")],
) -> None:
    """Judge recorded days again under a change: who would stand elsewhere and why, inspections, alerts."""
    from expectations.vocabulary.moment import parse_date
    from models.policy.change import read_change
    from pipelines.steps.policies import try_change

    with working(f"Judging {first} to {last} again"):
        trial, found = try_change(wiring().home, read_change(change), parse_date(first), parse_date(last))
    answer(
        {**found.to_json(), "trial": trial},
        f"Trial {trial}, kept for the page /policy.",
        f"{found.decisions_changed} of {found.decisions} decisions on {found.days} days would have another grade.",
        *_what_would_change(found),
    )
    table(f"Grades on {found.last}", ("grade", "under the change", "enterprises"), found.matrix)
    names = ("USCC", "since", "grade", "would be", "fires", "rests")
    rows = [
        (one.uscc, one.first_on, one.before, one.after, *map(" ".join, (one.fires, one.rests)))
        for one in found.crossings
    ]
    table("Who would stand elsewhere", names, rows)


def _what_would_change(found: WhatIf) -> Iterator[str]:
    """Inspections, alerts, groups and what is known of those who would fall, in words."""
    for name, before in found.inspections["before"].items():
        after = found.inspections["after"][name]
        yield f"Inspections suggested, {name.replace('_', ' ')}: {before} -> {after} enterprises"
    for rule, over in found.hits.items():
        opened = found.episodes[rule]
        yield (
            f"{rule}: {over['before']} -> {over['after']} times over its threshold, "
            f"{opened['before']} -> {opened['after']} alerts opened"
        )
    for name, groups in found.movers.items():
        for group, moved in groups.items():
            yield f"By {name}, {group}: {moved['rise']} would rise, {moved['fall']} fall"
    lowest, highest = found.bounds["lowest"], found.bounds["highest"]
    if lowest is None or highest is None:
        yield "Nobody would fall."
    else:
        yield (
            f"Of {found.bounds['fallers']} who would fall, between {lowest:.0%} and {highest:.0%} had a finding at an "
            "inspection in the last year; not everybody was inspected, so no more can be said."
        )


def publish(
    change: ChangeFile,
    effective: Annotated[str, typer.Option(help="First day of the change, in the future.")],
    reason: Reason,
) -> None:
    """Propose a change of policy for this home. Another account must approve it before its first day."""
    from expectations.vocabulary.moment import parse_date
    from models.policy.change import read_change

    done = _desk().propose_policy(read_change(change), parse_date(effective), acting(), reason)
    answer(
        done.to_json(),
        f"Change {done.id} is proposed for {done.effective}. Another account approves it: "
        f"xinji policy approve {done.id} --reason WHY",
    )


def approve(
    change: Annotated[str, typer.Argument(help="The change's id, as 'policy published' shows it.")],
    reason: Reason,
) -> None:
    """Approve a change that another account proposed: it is policy from its first day on."""
    done = _desk().approve_policy(change, acting(), reason)
    answer(done.to_json(), f"Change {done.id} is policy from {done.effective} on.")


def published() -> None:
    """Every change of policy that was proposed in this home."""
    found = [one.to_json() for one in _desk().publications()]
    answer({"changes": found})
    names = ("id", "title", "rules", "from", "proposed by", "approved by")
    rows = [
        (
            one["id"],
            one["title"]["en"],
            " ".join(one["rules"]),
            one["effective"],
            one["proposed_by"],
            one["approved_by"],
        )
        for one in found
    ]
    table("Changes of policy", names, rows)


def _desk() -> Desk:
    from pipelines.steps.people import Desk

    home = wiring().home
    return Desk(home.database, home.policies, now())
