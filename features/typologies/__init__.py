"""Patterns R01-R20: one SQL file each. What is measured lives here; what is thought of it is policy."""

from features.typologies.hits import Hit, find_hits, unmeasured_rules

__all__ = ["Hit", "find_hits", "unmeasured_rules"]
