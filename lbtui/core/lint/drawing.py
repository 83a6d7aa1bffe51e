"""Which resources a fact is drawn from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from lbtui.core.objects.resource_set import AnyResource

F = TypeVar("F", bound=Callable[..., Any])

DRAWN: dict[str, tuple[str, ...]] = {}
"""Fact → the kinds of resources that it follows from, and from nothing else."""


def drawn_from(*kinds: type[AnyResource]) -> Callable[[F], F]:
    """Say what a fact follows from, so that it is lent on while these kinds stay the same."""

    def mark(function: F) -> F:
        DRAWN[function.__name__] = tuple(kind.kind for kind in kinds)
        return function

    return mark
