"""A training extract holds what a model learns from, and nothing that says whose it is."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from models.training.panel import EVENT_COLUMNS, Panel
from models.training.settings import TrainingSettings
from pipelines.steps.extract import BESIDE, training_extract

CODES = np.array(["91659007MA7TETA132", "92659007MA7TETA99X"], dtype=object)


def panel() -> Panel:
    events = pd.DataFrame([], columns=list(EVENT_COLUMNS)).assign(event_date=pd.to_datetime([]), voided=False)
    return Panel(
        features=pd.DataFrame({"late": [0.1, 0.9, 0.2, np.nan]}),
        enterprises=np.tile(CODES, 2),
        dates=np.repeat(np.array([date(2026, 1, 31), date(2026, 2, 28)], dtype=object), 2),
        weight=np.ones(4),
        known_on=date(2026, 10, 31),
        events=events.astype({"voided": bool}),
        events_as_of=lambda day: events,
        excluded={},
    )


def test_rows_of_one_enterprise_share_a_number_and_no_code_is_left() -> None:
    found = training_extract(panel(), TrainingSettings())
    assert list(found.columns) == [*BESIDE, "late"]
    assert found.groupby("group").size().tolist() == [2, 2]
    text = found.to_csv()
    assert not any(code in text for code in CODES)
    assert not [name for name in found.columns if "token" in name or name == "uscc"]


def test_the_same_panel_gives_the_same_extract() -> None:
    pd.testing.assert_frame_equal(
        training_extract(panel(), TrainingSettings()), training_extract(panel(), TrainingSettings())
    )
