from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest

from expectations.vocabulary.grade import Grade
from models.validation.sample import Sample


@pytest.fixture
def sample() -> Callable[..., Sample]:
    """Rows by margin and outcome; whatever is left out is as plain as it can be."""

    def made(margins: Any, outcome: Any, **more: Any) -> Sample:
        count = len(margins)
        return Sample(
            margins=np.asarray(margins, dtype=float),
            outcome=np.asarray(outcome, dtype=float),
            exposure=np.asarray(more.get("exposure", np.ones(count)), dtype=float),
            weight=np.asarray(more.get("weight", np.ones(count)), dtype=float),
            enterprises=np.asarray(more.get("enterprises", [f"E{n:05d}" for n in range(count)]), dtype=object),
            dates=np.asarray(more.get("dates", [date(2026, 1, 31)] * count), dtype=object),
            grades=np.asarray(more.get("grades", [Grade.A] * count), dtype=object),
        )

    return made
