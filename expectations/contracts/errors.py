"""What can go wrong with a contract itself, as opposed to with a row."""

from __future__ import annotations

from expectations.errors import NotFoundError, UsageError


class UnknownTableError(NotFoundError):
    """No contract has that table's name."""


class ContractFileError(UsageError):
    """A contract file is not a contract: it does not parse, or says something the schema does not know."""


class UnknownFaultError(NotFoundError):
    """No check of a contract gives that code."""
