"""What training depends on besides the data."""

from __future__ import annotations

from dataclasses import dataclass

HORIZON_DAYS = 180
"""An adverse event within this many days after D is what p is the probability of."""


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of one training.

    Attributes
    ----------
    reporting_delay_days:
        Days after which an event is taken to have reached the platform; later days are not counted as observed [D].
        Penalties are published within seven working days of the decision; feeds add a few. How many events came
        later than this is reported with every training.
    least_follow_up_days:
        A row observed for fewer days says too little and is left out.
    share_for_test:
        Share of the observed time that is kept for the rows the model never sees.
    monotone_method, folds:
        As in ``CreditClassifier``.
    prior:
        Whether the trees start from the expert scorecard.
    most_selection_weight:
        Rows that were looked at weigh by the inverse probability of that, at most so many times their median [D]; 1:
        they all weigh alike. It stays at 1 until recorded probabilities have been audited: wrong weights cost more
        than none, and every training shows how much.
    threads:
        Changes the speed and nothing else; 0 chooses by the size of the data.
    """

    horizon_days: int = HORIZON_DAYS
    reporting_delay_days: int = 14
    least_follow_up_days: int = 30
    share_for_test: float = 0.33
    seed: int = 0
    monotone_method: str = "basic"
    folds: int = 5
    prior: bool = True
    most_selection_weight: float = 1.0
    threads: int = 0
