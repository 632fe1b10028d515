"""From the scorecard's policy file to a scorer.

The file lies with the policy because people decide it, but it is registered and digested as a model: it makes p.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, model_validator

from expectations.vocabulary.digest import sha256_of
from features.catalogue.schema import Catalogue, Feature
from models.policy.documents import PolicyError, read_yaml
from models.policy.schema import Closed, RuleFile
from models.scorer.points import BinnedPoints, PointsScorer
from models.scorer.protocol import log_odds_of

PACKAGED = Path(__file__).parents[1] / "policy" / "scorecard" / "expert.yaml"
"""The scorecard that comes with the product."""


class FeaturePoints(Closed):
    """Points of one feature by its value.

    Attributes
    ----------
    below:
        Ascending borders; a value equal to one belongs above it.
    points:
        Log-odds, one more than there are borders.
    """

    below: tuple[float, ...] = Field(min_length=1)
    points: tuple[float, ...]
    because: str = Field(min_length=1)

    @model_validator(mode="after")
    def _bins_are_whole(self) -> Self:
        if any(low >= high for low, high in pairwise(self.below)):
            raise ValueError("below: borders must rise.")
        if len(self.points) != len(self.below) + 1:
            raise ValueError(f"points: {len(self.below)} borders need {len(self.below) + 1} numbers.")
        return self


class ScorecardValue(Closed):
    """A whole scorecard from one date on.

    Attributes
    ----------
    base_rate:
        p0 while the zone has no rate of its own.
    """

    base_rate: float = Field(gt=0, lt=1)
    features: dict[str, FeaturePoints] = Field(min_length=1)


def expert_scorecard(catalogue: Catalogue, business_date: date, path: Path = PACKAGED) -> PointsScorer:
    """The scorecard in force on a day, as a scorer over the catalogue's features.

    Raises
    ------
    PolicyError
        When the file breaks its schema, nothing is in force, a feature is not in the catalogue, or points run against
        a feature's direction.
    """
    try:
        rule = RuleFile[ScorecardValue].model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise PolicyError(f"{path}: {place}: {first['msg']}", "Correct the file.") from error
    card = rule.value_on(business_date)
    if card is None:
        raise PolicyError(f"{path}: no scorecard is in force on {business_date}.", "Add an entry that begins earlier.")
    by_name = {feature.name: feature for feature in catalogue.features}
    for name, points in card.features.items():
        _check(path, name, points, by_name.get(name))
    return PointsScorer(
        bins={name: BinnedPoints(points.below, points.points) for name, points in card.features.items()},
        base_margin=log_odds_of(card.base_rate),
        base_rate=card.base_rate,
        catalogue_digest=catalogue.digest,
        training={"policy": f"scorecard/{rule.id}", "policy_digest": sha256_of(card.model_dump(mode="json"))},
    )


def _check(path: Path, name: str, points: FeaturePoints, feature: Feature | None) -> None:
    if feature is None:
        raise PolicyError(f"{path}: '{name}' is not in the feature catalogue.", "Use a name of the catalogue.")
    for lower, higher in pairwise(points.points):
        if (higher - lower) * feature.monotone < 0:
            raise PolicyError(
                f"{path}: points of '{name}' run against its direction '{feature.direction}'.",
                "Order the points, or change the direction in the catalogue with a reason.",
            )
