"""Python that runs as machine code: for loops over arrays that neither SQL nor numpy can express well."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function of numbers and numpy arrays on its first call; the machine code is kept beside the source.

    Floating-point operations keep their order (no ``fastmath``), so that results are the same on every run.
    """
    return cast(Callable[Parameters, Result], numba.njit(cache=True)(function))
