"""Faults of the pack of support measures, found as those of the grades' policy are."""

from __future__ import annotations

from collections.abc import Container, Iterator

from models.policy.book import PolicyBook
from models.policy.check import Finding, condition_findings, rule_findings
from models.policy.support_pack import FactBar, SupportPack


def support_check(pack: SupportPack, book: PolicyBook, covered: Container[str] | None = None) -> list[Finding]:
    """Every fault of the pack; ``book`` says how long facts are in force, ``covered`` what the cases exercise."""
    found: list[Finding] = []
    for folder, rules in (("support", pack.measures), ("support_bars", pack.bars)):
        for name, rule in rules.items():
            found += rule_findings(f"{folder}/{name}", rule)
    for name, bar in pack.bars.items():
        for value in bar.values.values():
            if isinstance(value.bar, FactBar):
                found += condition_findings(f"support_bars/{name}", value.bar.table, value.bar.where, book)
    if covered is not None:
        missing = (what for what in wanted_support_cases(pack) if what not in covered)
        found += [Finding(f"support: {what}", "case", f"no policy case shows {what}.") for what in missing]
    return found


def wanted_support_cases(pack: SupportPack) -> Iterator[str]:
    """What the cases must show: each measure open, barred and ended, each bar standing and quiet."""
    for name, rule in pack.measures.items():
        yield from (f"{name}/open", f"{name}/barred")
        if rule.valid_to is not None:
            yield f"{name}/ended"
    for name in pack.bars:
        yield from (name, f"{name}/quiet")
