"""Who an account can be. What each may see is decided where things are shown."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an account is for. An account has exactly one."""

    REGULATOR = "regulator"
    OFFICER = "officer"
    AUDITOR = "auditor"
    DATA_SCIENTIST = "data_scientist"
    OPERATOR = "operator"
    ENTERPRISE = "enterprise"
    BANK = "bank"
    SYSTEM = "system"

    @property
    def is_authority(self) -> bool:
        """Whether its duty covers every enterprise of the zone."""
        return self in (Role.REGULATOR, Role.OFFICER, Role.AUDITOR)
