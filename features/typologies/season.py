"""What the season does to everybody: how many of an enterprise's peers rise as it does."""

from __future__ import annotations

from datetime import date

from features.engine import Engine, read_step
from features.typologies.hit import Numbers


def rising_peer_shares(engine: Engine, numbers: Numbers, business_date: date) -> dict[str, float]:
    """Per enterprise that declared within the window, the share (0 to 1) of its peers that rose as well.

    An enterprise with fewer peers than ``peers_min`` is left out: two neighbours are no season. A feed that is late
    shows fewer who rose, so that it excuses nobody.

    Parameters
    ----------
    engine:
        One on which ``define_known`` and ``build_history`` ran for D.
    numbers:
        Of the policy's R21: ``window_days``, ``ordinary_days``, ``ordinary_min``, ``rise_factor``, ``peers_min``.
    business_date:
        D, the last day of the window.
    """
    given = {"business_date": business_date, **numbers}
    rows = engine.rows(read_step("features.typologies", "R21"), given)
    return {str(uscc): float(str(share)) for uscc, share in rows}
