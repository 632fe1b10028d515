"""What runs beside the daily flow: the API, and delivery to the risk-control system."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import answer, now, say, table


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("serve")(serve)
    application.command("deliver")(deliver)
    application.command("reconcile")(reconcile)
    outbox = typer.Typer(help="Messages to the risk-control system: see them, revive dead ones.", no_args_is_help=True)
    outbox.command("list")(list_messages)
    outbox.command("revive")(revive_message)
    application.add_typer(outbox, name="outbox")


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
) -> None:
    """Serve the query API. Its OpenAPI document is at /openapi.json."""
    import uvicorn

    uvicorn.run(wiring().api(now), host=host, port=port, log_level="warning")


def deliver() -> int:
    """Send the outbox to the risk-control system: signed, in order per enterprise, until acknowledged."""
    from dataclasses import asdict

    import httpx

    from pipelines.delivery import deliver as relay

    home = wiring()
    endpoint = home.endpoint()
    with httpx.Client(follow_redirects=False) as client:
        report = relay(home.outbox, endpoint, now, client)
    answer(
        asdict(report),
        f"{report.acknowledged} acknowledged of {report.sent} requests, {report.failed} to be tried again, "
        f"{report.dead} given up, {report.waiting} waiting.",
        *([f"Stopped: {report.stopped_because}"] if report.stopped_because else []),
    )
    return 1 if report.stopped_because else 0


def reconcile(
    receipts: Annotated[
        Path | None, typer.Option(help='What the receiver says it has: JSON Lines, {"id": "..."} a line.')
    ] = None,
) -> int:
    """Compare what was sent with what was received, and delivered alerts with what became of them (exit code 1)."""
    from expectations.vocabulary.moment import zoned
    from pipelines.steps import reconciling

    found = reconciling.reconcile(
        wiring().home, zoned(now()).date(), reconciling.read_receipts(receipts) if receipts else None
    )
    messages = "  ".join(f"{state} {count}" for state, count in found.counts.items())
    answer(
        found.to_json(),
        f"Messages: {messages}",
        f"Delivered alerts: {found.acted} confirmed, {found.declined} declined with a reason, "
        f"{found.open_alerts} open, {len(found.overdue)} of them past their day.",
        *(
            [f"Receipts: {len(found.lost)} lost, {len(found.unknown)} unknown, {len(found.repeated)} taken twice."]
            if found.has_receipts
            else ["No receipts were given: what the receiver says it has was not compared."]
        ),
        "Everything agrees." if found.holds else "It does NOT agree; --json names the messages.",
    )
    return 0 if found.holds else 1


def list_messages(
    state: Annotated[str | None, typer.Option(help="pending, sent, acknowledged or dead; all when left out.")] = None,
    uscc: Annotated[str | None, typer.Option(help="About one enterprise only.")] = None,
    most: Annotated[int, typer.Option(min=1, help="Lines shown; --json gives all.")] = 20,
) -> None:
    """Messages in the order in which they go out, and how many are in each state."""
    from pipelines.storage import outbox

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
                }
                for one in found
            ],
        }
    )
    say("  ".join(f"{name} {count}" for name, count in counts.items()))
    table(
        f"Messages, the first {min(most, len(found))} of {len(found)}",
        ("message", "USCC", "no.", "kind", "state", "tries", "last error"),
        [
            (
                one.message_id[:16],
                one.uscc,
                one.sequence,
                one.kind.removeprefix("cn.xinji."),
                one.state,
                one.attempts,
                one.last_error,
            )
            for one in found[:most]
        ],
    )


def revive_message(
    message: Annotated[str, typer.Argument(help="The message's id, or its first 16 characters.")],
) -> None:
    """Put a dead message back into the queue. Until then every later message about its enterprise waits."""
    from pipelines.storage import outbox

    with wiring().database.transaction() as connection:
        dead = [one.message_id for one in outbox.messages(connection, "dead") if one.message_id.startswith(message)]
        outbox.revive(connection, dead[0] if len(dead) == 1 else message)
    answer({"message_id": dead[0], "state": "pending"}, f"{dead[0][:16]} goes out with the next 'xinji deliver'.")
