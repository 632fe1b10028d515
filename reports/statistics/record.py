"""The bulletin as JSON and back, so that what was told once can be shown again without counting."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from reports.statistics.bulletin import Bulletin

_FORM = TypeAdapter(Bulletin)


def bulletin_to_json(bulletin: Bulletin) -> dict[str, Any]:
    """The bulletin as plain JSON values; what is not shown is null."""
    told: dict[str, Any] = _FORM.dump_python(bulletin, mode="json")
    return told


def bulletin_of_json(text: bytes) -> Bulletin:
    """The bulletin that was written.

    Raises
    ------
    ValueError
        When the text is none.
    """
    return _FORM.validate_json(text)
