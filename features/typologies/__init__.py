"""Patterns R01-R21: one SQL file each. What is measured lives here; what is thought of it is policy."""

from features.typologies.hits import Hit, find_hits, unmeasured_rules
from features.typologies.season import rising_peer_shares

__all__ = ["Hit", "find_hits", "rising_peer_shares", "unmeasured_rules"]
