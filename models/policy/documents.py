"""Reading policy files strictly: a key written twice is an error, as is anything the schema does not know."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from expectations.errors import XinjiError


class PolicyError(XinjiError):
    """The policy, or a file of it, cannot be used as it is written."""


class _StrictLoader(yaml.SafeLoader):
    """YAML of plain values only, in which no key may stand twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key}' stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """The plain values of one YAML file in UTF-8.

    Raises
    ------
    PolicyError
        When the file is not YAML, or a key stands twice in it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable(str(path), error) from error
    return plain_values(text, str(path))


def plain_values(text: str, where: str) -> Any:
    """The plain values of a YAML text; errors as ``read_yaml``, naming where it stands."""
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        raise _unreadable(where, error) from error


def _unreadable(where: str, error: Exception) -> PolicyError:
    return PolicyError(
        f"{where} is not readable: {error}",
        "Correct the file; other files are not affected.",
        zh=f"{where} 无法读取，请检查格式：{error}",
    )
