"""Every feature by name: what it means, where it comes from, what its absence means."""

from features.catalogue.loader import load_catalogue
from features.catalogue.schema import Catalogue, Feature

__all__ = ["Catalogue", "Feature", "load_catalogue"]
