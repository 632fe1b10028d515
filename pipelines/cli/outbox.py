"""Messages to the risk-control system: see them, and see to those that could not be delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import answer, now, say, table
from pipelines.cli.session import acting

if TYPE_CHECKING:
    from pipelines.steps.dead_letters import DeadLetterOffice

Letter = Annotated[str, typer.Argument(help="The message's id as 'outbox dead' shows it, or the beginning of it.")]
Reason = Annotated[str, typer.Option(help="Why, for the record.")]


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    outbox = typer.Typer(
        help="Messages to the risk-control system; dead letters and who answers for them.", no_args_is_help=True
    )
    outbox.command("list")(list_messages)
    outbox.command("dead")(list_dead)
    outbox.command("assign")(assign)
    outbox.command("resend")(resend)
    outbox.command("give-up")(give_up)
    application.add_typer(outbox, name="outbox")


def list_messages(
    state: Annotated[
        str | None, typer.Option(help="pending, sent, acknowledged, dead or given_up; all when left out.")
    ] = None,
    uscc: Annotated[str | None, typer.Option(help="About one enterprise only.")] = None,
    most: Annotated[int, typer.Option(min=1, help="Lines shown; --json gives all.")] = 20,
) -> None:
    """Messages in the order in which they go out, and how many are in each state."""
    from expectations.errors import UsageError
    from pipelines.storage import outbox

    if state is not None and state not in outbox.STATES:
        raise UsageError(f"'{state}' is no state of a message.", f"Use one of: {', '.join(outbox.STATES)}.")
    with wiring().database.reading() as connection:
        counts = outbox.counts(connection)
        found = outbox.messages(connection, state, uscc)
    answer(
        {
            "counts": counts,
            "messages": [
                {
                    "message_id": one.message_id,
                    "uscc": one.uscc,
                    "sequence": one.sequence,
                    "kind": one.kind,
                    "state": one.state,
                    "attempts": one.attempts,
                    "next_attempt_at": one.next_attempt_at and one.next_attempt_at.isoformat(),
                    "last_error": one.last_error,
                    "settled_at": one.settled_at and one.settled_at.isoformat(),
                    "receipt": one.receipt,
                }
                for one in found
            ],
        }
    )
    say("  ".join(f"{name} {count}" for name, count in counts.items()))
    table(
        f"Messages, the first {min(most, len(found))} of {len(found)}",
        ("message", "USCC", "no.", "kind", "state", "tries", "receipt or last error"),
        [
            (
                one.message_id[:16],
                one.uscc,
                one.sequence,
                one.kind.removeprefix("cn.xinji."),
                one.state,
                one.attempts,
                one.receipt or one.last_error,
            )
            for one in found[:most]
        ],
    )


def list_dead() -> None:
    """Dead letters: why each could not be delivered, who answers for it, and what it holds up."""
    found = _office().letters()
    answer({"dead_letters": [one.to_json() for one in found]})
    if not found:
        say("There is no dead letter.")
        return
    table(
        "Dead letters. Each holds the later messages about its enterprise until it is sent again or given up.",
        ("message", "USCC", "no.", "kind", "dead since", "reason", "owner", "waiting behind"),
        [
            (
                one.message.message_id[:16],
                one.message.uscc,
                one.message.sequence,
                one.message.kind.removeprefix("cn.xinji."),
                one.message.settled_at and one.message.settled_at.strftime("%Y-%m-%d %H:%M"),
                one.message.last_error,
                one.owner or "nobody",
                one.waiting_behind,
            )
            for one in found
        ],
    )


def assign(
    letter: Letter, to: Annotated[str, typer.Option(help="The account that answers for it.")], reason: Reason
) -> None:
    """Say who answers for a dead letter."""
    done = _office().assign(letter, to, acting(), reason)
    answer({**done.to_json(), "owner": to}, f"{to} answers for {done.message.message_id[:16]}.")


def resend(letter: Letter, reason: Reason) -> None:
    """Send a dead letter once more; it goes before the later messages about its enterprise."""
    done = _office().resend(letter, acting(), reason)
    held = done.waiting_behind
    answer(
        {**done.to_json(), "state": "pending"},
        f"{done.message.message_id[:16]} goes out with the next 'xinji deliver', before what it held ({held}).",
    )


def give_up(letter: Letter, reason: Reason) -> None:
    """Let a dead letter go for good: it is never sent, and the later messages about its enterprise go out."""
    done = _office().give_up(letter, acting(), reason)
    one = done.message
    answer(
        {**done.to_json(), "state": "given_up"},
        f"{one.message_id[:16]} is given up; what it held ({done.waiting_behind}) goes out with 'xinji deliver'.",
        f"The receiver will see that number {one.sequence} about {one.uscc} is missing.",
    )


def _office() -> DeadLetterOffice:
    from pipelines.steps.dead_letters import DeadLetterOffice

    return DeadLetterOffice(wiring().database, now())
