"""Which support measures an enterprise may ask for: guidance, never a promise."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import answer, say, table

_SAYS = {
    "zh": "仅供参考：“open”只说明现有记录中没有不得申请的情形，是否符合条件以主管部门为准。",
    "en": "Guidance only: 'open' says that nothing on record stands against an application; the authority decides.",
}


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("support")(support)


def support(
    uscc: Annotated[str, typer.Argument(help="Unified social credit code.")],
    as_of: Annotated[str | None, typer.Option(help="Business date, YYYY-MM-DD; the latest when left out.")] = None,
) -> None:
    """Say which support measures stand open to an enterprise, what stands against them, and what is not known."""
    from expectations.vocabulary.moment import parse_date
    from pipelines.steps.supporting import support_of

    found = support_of(wiring().home, uscc, parse_date(as_of) if as_of else None)
    answer({**found, "guidance": True, "says": _SAYS})
    rows = [
        (
            one["id"],
            f"{one['title']['zh']} / {one['title']['en']}",
            one["standing"],
            "?" if one["amount_most_cny"] is None else f"{one['amount_most_cny']:,}",
            "; ".join(bar["en"] for bar in one["bars"]) or "; ".join(gap["en"] for gap in one["not_known"]),
        )
        for one in found["measures"]
    ]
    title = f"{uscc}, grade {found['grade'] or '-'} on {found['date']}"
    table(title, ("id", "measure", "standing", "most CNY", "against it, or not known"), rows)
    say(_SAYS["zh"], _SAYS["en"])
