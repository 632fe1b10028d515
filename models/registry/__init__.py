"""Registered models, in MLflow. Nothing else touches MLflow, and it is imported only when it is used."""

from __future__ import annotations

from models.registry.registry import Evidence, Registered, Registry, Version

__all__ = ["Evidence", "Registered", "Registry", "Version"]
