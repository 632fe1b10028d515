from __future__ import annotations

from datetime import date

from features.catalogue.loader import load_catalogue
from models.scorecard.reading import expert_scorecard


def test_the_packaged_card_uses_features_the_platform_computes_in_their_own_direction() -> None:
    catalogue = load_catalogue()
    scorer = expert_scorecard(catalogue, date(2026, 6, 30))
    assert set(scorer.feature_names) <= set(catalogue.names)
    assert scorer.catalogue_digest == catalogue.digest


def test_the_packaged_card_speaks_to_all_seven_dimensions() -> None:
    catalogue = load_catalogue()
    scorer = expert_scorecard(catalogue, date(2026, 6, 30))
    spoken = {feature.dimension for feature in catalogue.features if feature.name in scorer.feature_names}
    assert len(spoken) == 7
