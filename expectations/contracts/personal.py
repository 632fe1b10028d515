"""What is a person's own number and not a token of it, so that it is neither accepted nor shown."""

from __future__ import annotations

import re

MOBILE_NUMBER = "1[3-9][0-9]{9}"
RESIDENT_NUMBER = "[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9]{4}[0-9X]"
HIDDEN = "▒▒▒"

_ANYWHERE = re.compile(f"(?<![0-9A-Za-z])({MOBILE_NUMBER}|{RESIDENT_NUMBER})(?![0-9A-Za-z])")


def without_personal_numbers(text: str) -> str:
    """A text in which whatever looks like a resident or mobile phone number is hidden."""
    return _ANYWHERE.sub(HIDDEN, text)
