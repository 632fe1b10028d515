"""``python -m features.catalogue`` writes ``docs/features.md`` anew."""

from __future__ import annotations

from pathlib import Path

from features.catalogue.loader import load_catalogue
from features.catalogue.page import catalogue_page

Path("docs/features.md").write_text(catalogue_page(load_catalogue()), encoding="utf-8")
