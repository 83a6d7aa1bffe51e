"""What is made from parts of the state, and made anew only when one of them is another object."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from lbtui.tui.view_state import ViewState

T = TypeVar("T")


class Remembered(Generic[T]):
    """Keeps the last value. Compares by identity: states are immutable and can be large."""

    def __init__(
        self, inputs_of: Callable[[ViewState], tuple[object, ...]], make: Callable[[ViewState], T]
    ) -> None:
        """`make` must depend on nothing of the state but what `inputs_of` gives."""
        self._inputs_of, self._make = inputs_of, make
        self._known: tuple[tuple[object, ...], T] | None = None

    def of(self, state: ViewState) -> T:
        """The value for a state."""
        inputs = self._inputs_of(state)
        if self._known is None or not are_same(self._known[0], inputs):
            self._known = inputs, self._make(state)
        return self._known[1]


def are_same(old: tuple[object, ...], new: tuple[object, ...]) -> bool:
    """Whether both hold the very same objects."""
    return len(old) == len(new) and all(a is b for a, b in zip(old, new, strict=True))
