"""Who else is told: an enterprise's consents to banks, and the subscriptions of offices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import answer, now, table
from pipelines.cli.session import acting

if TYPE_CHECKING:
    from pipelines.steps.sharing import SharingOffice

Uscc = Annotated[str, typer.Argument(help="Unified social credit code.")]
Purpose = Annotated[str, typer.Option(help="What for, in words that the enterprise reads.")]
LastDay = Annotated[str, typer.Option(help="Last day, YYYY-MM-DD.")]
Reason = Annotated[str, typer.Option(help="Why, for the record.")]


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    consents = typer.Typer(help="Consents of an enterprise to banks; it signs in itself.", no_args_is_help=True)
    consents.command("give")(give)
    consents.command("withdraw")(withdraw)
    consents.command("list")(list_consents)
    application.add_typer(consents, name="consent")
    subscriptions = typer.Typer(help="Subscriptions of offices to grades and their changes.", no_args_is_help=True)
    subscriptions.command("open")(open_subscription)
    subscriptions.command("end")(end)
    subscriptions.command("list")(list_subscriptions)
    application.add_typer(subscriptions, name="subscription")


def give(
    uscc: Uscc,
    to: Annotated[str, typer.Option(help="The bank's account.")],
    purpose: Purpose,
    until: LastDay,
) -> None:
    """Let a bank see the trade-finance summary of the enterprise that is signed in."""
    from expectations.vocabulary.moment import parse_date
    from models.people.sharing import Share

    made = _office().give_consent(uscc, Share(to, purpose, parse_date(until)), acting(), now())
    answer(
        {"consent": made.id, "uscc": uscc, "receiver": made.receiver, "last_day": made.last_day.isoformat()},
        f"Consent {made.id}: {made.receiver} may look until {made.last_day}.",
    )


def withdraw(uscc: Uscc, consent: Annotated[str, typer.Argument(help="The consent's id.")], reason: Reason) -> None:
    """Withdraw a consent: from now on the bank sees nothing."""
    _office().withdraw_consent(uscc, consent, acting(), now(), reason)
    answer({"consent": consent, "withdrawn": True}, f"Consent {consent} is withdrawn.")


def list_consents(uscc: Uscc) -> None:
    """The consents of an enterprise, oldest first, and which offices are told its grade."""
    moment = now()
    rows = [
        (one.id, one.receiver, one.purpose, one.last_day.isoformat(), "holds" if one.holds_at(moment) else "over")
        for one in _office().consents(uscc)
    ]
    rows += [
        (one.id, one.subscriber, one.purpose, one.last_day.isoformat(), "subscription")
        for one in _office().receivers(uscc, moment)
    ]
    _list("consents", f"Who is told about {uscc}", ("id", "receiver", "purpose", "last_day", "state"), rows)


def open_subscription(
    account: Annotated[str, typer.Argument(help="The office's account: a system, a regulator or an officer.")],
    purpose: Purpose,
    until: LastDay,
    uscc: Annotated[list[str] | None, typer.Option(help="An enterprise in scope; repeat. Left out: the zone.")] = None,
) -> None:
    """Let an office fetch grades and their changes; what is repaired is withdrawn from it."""
    from expectations.vocabulary.moment import parse_date
    from models.people.sharing import ZONE, Share

    share = Share(account, purpose, parse_date(until))
    made = _office().subscribe(share, uscc or ZONE, acting(), now())
    answer(
        {"subscription": made.id, "subscriber": made.subscriber, "last_day": made.last_day.isoformat()},
        f"Subscription {made.id}: {made.subscriber} is told until {made.last_day}.",
        f"It fetches /v1/subscriptions/{made.id}/grades, then /changes.",
    )


def end(subscription: Annotated[str, typer.Argument(help="The subscription's id.")], reason: Reason) -> None:
    """End a subscription: from now on it tells nothing."""
    _office().end_subscription(subscription, acting(), now(), reason)
    answer({"subscription": subscription, "ended": True}, f"Subscription {subscription} is ended.")


def list_subscriptions() -> None:
    """Every subscription, oldest first."""
    moment = now()
    rows = [
        (
            one.id,
            one.subscriber,
            one.purpose,
            " ".join(one.scope),
            one.last_day.isoformat(),
            "holds" if one.holds_at(moment) else "over",
        )
        for one in _office().subscriptions()
    ]
    names = ("id", "subscriber", "purpose", "scope", "last_day", "state")
    _list("subscriptions", "Subscriptions", names, rows)


def _list(name: str, title: str, names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    answer({name: [dict(zip(names, row, strict=True)) for row in rows]})
    table(title, names, rows)


def _office() -> SharingOffice:
    return wiring().sharing
