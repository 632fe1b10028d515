"""The ledger's streams. Each is a chain of its own, so that a read never waits for a run's place in a chain."""

from __future__ import annotations

from typing import Literal

Stream = Literal["decisions", "judgements", "reads", "screenings", "anchors"]
"""``decisions``: runs, decisions, alert episodes. ``judgements``: what people decide (overrides, findings, promotions,
publications). ``reads``: who looked. ``screenings``: answers given before clearance. ``anchors``: the heads of all
others at moments worth remembering."""
