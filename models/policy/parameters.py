"""The numbers that measuring needs, under the names the SQL steps use."""

from __future__ import annotations

from collections.abc import Mapping

from models.policy.inforce import Policy


def typology_parameters(policy: Policy) -> Mapping[str, Mapping[str, int | float]]:
    """Per pattern in force (``R01`` ...), its parameters by name. Amounts are in fen where the name ends on it."""
    return {rule: typology.parameters for rule, typology in policy.typologies.items()}


def fact_months(policy: Policy, table: str) -> Mapping[str, int]:
    """The longest time a kind of fact is in force, in months: by the field's value, or under ``""`` for all."""
    lasts = policy.periods[table].rule.lasts
    if lasts is None:
        return {}
    return lasts.months if isinstance(lasts.months, dict) else {"": lasts.months}
