"""What runs beside the daily flow: the API, and delivery to the risk-control system."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import answer, now


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("serve")(serve)
    application.command("deliver")(deliver)
    application.command("reconcile")(reconcile)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
) -> None:
    """Serve the query API. Its OpenAPI document is at /openapi.json."""
    import uvicorn

    home = wiring()
    application = home.api(now)
    home.warm_up()
    uvicorn.run(application, host=host, port=port, log_level="warning")


def deliver() -> int:
    """Send the outbox to the risk-control system: signed, in order per enterprise, until acknowledged."""
    from dataclasses import asdict

    from pipelines.delivery import channel_to
    from pipelines.delivery import deliver as relay

    home = wiring()
    endpoint = home.endpoint()
    with channel_to(endpoint) as channel:
        report = relay(home.outbox, endpoint, channel, now)
    answer(
        asdict(report),
        f"{report.sent} sent, {report.acknowledged} acknowledged, {report.failed} to be tried again, "
        f"{report.dead} dead, {report.waiting} waiting.",
        *(f"{name} cannot be read as receipts and was left where it is." for name in report.unreadable),
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
        *(
            f"Dead: {one.message.message_id[:16]} about {one.message.uscc}, {one.message.last_error}; "
            f"{one.owner or 'nobody'} answers for it."
            for one in found.dead_letters
        ),
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
