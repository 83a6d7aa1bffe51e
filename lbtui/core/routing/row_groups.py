"""Sequences of rows that are counted without being made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Generic, TypeVar, overload

T = TypeVar("T")


class RowGroup(Generic[T]):
    """Rows that belong together, made when they are first looked at."""

    def __init__(
        self,
        count: int,
        make: Callable[[], Sequence[T]],
        make_first: Callable[[int], Sequence[T]] | None = None,
    ) -> None:
        """Promise that `make` gives `count` rows, and `make_first` that many of them or more."""
        self.count = count
        self._make = make
        self._make_first = make_first
        self._rows: Sequence[T] | None = None

    @property
    def rows(self) -> Sequence[T]:
        """The rows."""
        if self._rows is None:
            self._rows = self._make() if self.count else ()
        return self._rows

    def first(self, number: int) -> Sequence[T]:
        """The first rows, the others not made for them where that can be."""
        if self._rows is None and self._make_first is not None and number < self.count:
            return self._make_first(number)[:number]
        return self.rows[:number]


class RowGroups(Sequence[T]):
    """The rows of several groups, one after the other; equal to any sequence of equal rows."""

    def __init__(self, groups: Sequence[RowGroup[T]]) -> None:
        """Groups without rows are left out."""
        self._groups = tuple(group for group in groups if group.count)
        self._count = sum(group.count for group in self._groups)

    def __len__(self) -> int:
        """Number of rows; makes none."""
        return self._count

    def __iter__(self) -> Iterator[T]:
        """The rows, made group by group."""
        for group in self._groups:
            yield from group.rows

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        """One row or some; makes only the groups that they are in, for steps forward."""
        if isinstance(index, slice):
            start, stop, step = index.indices(self._count)
            if step < 1:
                return tuple(self)[index]
            return tuple(islice(self._between(start, stop), 0, None, step))
        if index < 0:
            index += self._count
        if not 0 <= index < self._count:
            raise IndexError(index)
        return next(self._between(index, index + 1))

    def _between(self, start: int, stop: int) -> Iterator[T]:
        """Rows from one place to another."""
        for group in self._groups:
            if stop <= 0:
                return
            if start < group.count:
                yield from islice(group.first(stop), start, None)
            start, stop = max(0, start - group.count), stop - group.count

    def __eq__(self, other: object) -> bool:
        """Equal rows in the same order."""
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # compared by content, never a key
