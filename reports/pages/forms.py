"""The base of every form of the pages, and the papers that come with one."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import UploadFile

from expectations.intake.attachments import LARGEST, MOST, Paper, paper_of
from reports.api.bodies import LARGEST as LARGEST_BODY
from reports.api.schemas.shown import Given

WITH_PAPERS = "/me/objections"
"""Where forms that carry papers are sent."""

_BESIDES = 64 * 1024


class Sent(Given):
    """What a form sends, held to the same as what the API is given; ``form_token`` guards it."""

    form_token: str = ""


def largest(path: str) -> int:
    """Bytes that a form may have where it is sent to."""
    return MOST * LARGEST + _BESIDES if path.startswith(WITH_PAPERS) else LARGEST_BODY


def papers_of(sent: Sequence[UploadFile]) -> list[Paper]:
    """The papers of a form, each once found in order; a field that was left empty sends a file without a name.

    Raises
    ------
    UsageError
        Naming the first that is refused, with what to do.
    """
    chosen = [one for one in sent if one.filename]
    return [paper_of(one.filename or "", one.file.read(LARGEST + 1)) for one in chosen]
