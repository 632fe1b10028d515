"""What runs beside the daily flow: the API, and delivery to the risk-control system."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import answer, now


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("serve")(serve)
    application.command("deliver")(deliver)


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
