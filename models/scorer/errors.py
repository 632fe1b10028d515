"""What can go wrong between a feature table and a probability."""

from __future__ import annotations

from expectations.errors import IntegrityError, XinjiError


class FeatureMismatchError(XinjiError):
    """The frame does not have the columns the model was made for."""


class FittingError(XinjiError, ValueError):
    """There is too little, or nothing coherent, to learn from; a ValueError too, as scikit-learn expects."""


class ModelFileError(IntegrityError):
    """A stored model is incomplete, altered, or written in a format this version does not read."""
