"""Patterns R01-R21: one SQL file each, and a Python step where a graph is needed (R14).

What is measured lives here; what is thought of it is policy.
"""

from features.typologies.hit import Hit
from features.typologies.hits import find_hits, unmeasured_rules
from features.typologies.season import rising_peer_shares

__all__ = ["Hit", "find_hits", "rising_peer_shares", "unmeasured_rules"]
