"""Base of the views that answer a question: worked out beside the event loop, shown as rows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from textual import work

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.tui.places import Place
from lbtui.tui.remembered import are_same
from lbtui.tui.text import Cell, Line, plain
from lbtui.tui.view import View
from lbtui.tui.view_state import ViewState
from lbtui.tui.widgets.rows import Column, ItemRows

T = TypeVar("T")


def no_lines() -> Sequence[Line]:
    """For a row that needs no explanation."""
    return ()


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One line of an answer, what there is to say about it, and where it leads."""

    key: Hashable
    cells: Sequence[Cell]
    title: str = ""
    """Heading of the panel."""
    lines: Callable[[], Sequence[Line]] = no_lines
    """For the panel; made when the row is under the cursor."""
    place: Place | None = None
    """Where enter goes."""
    ref: ResourceRef | None = None
    """The resource that the row is about."""
    weights: Mapping[str, Any] = field(default_factory=dict)
    """Column → what sorting compares; the text of the cell where there is none."""


class AnswerView(View, Generic[T]):
    """Subclasses give the question and, from what was found, the rows."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        super().__init__()
        self._asked: tuple[object, ...] = ()
        self._asked_subject: object = None
        self._shown: tuple[object, ...] = ()
        self._wanted_key: Hashable | None = None
        self._by_key: dict[Hashable, AnswerRow] = {}
        self.found: T | None = None
        """The last answer; None until there is one for the subject."""

    # ---- for subclasses ----------------------------------------------------------------------

    def question(self, state: ViewState) -> Callable[[], T] | None:
        """What is to be worked out, without a look at a widget; None: it cannot be yet."""
        raise NotImplementedError

    def depends_on(self, state: ViewState) -> tuple[object, ...]:
        """The parts of the state that the question is about."""
        return (state.analysis,)

    def also_shows(self, state: ViewState) -> tuple[object, ...]:
        """The parts of the state that only the rows depend on."""
        return ()

    def answer_rows(self, state: ViewState, found: T) -> Sequence[AnswerRow]:
        """The rows."""
        raise NotImplementedError

    def columns_for(self, found: T) -> Sequence[Column]:
        """The columns."""
        return self.columns

    # ---- asking ------------------------------------------------------------------------------

    def update_state(self, state: ViewState) -> None:
        """Show a new state: ask again if the question is another, else only the rows anew."""
        self.state = state
        inputs = self.depends_on(state)
        if self._subject != self._asked_subject:
            self.found = None
        if self.found is None or not are_same(inputs, self._asked):
            self._ask(state)
        elif not are_same(self.also_shows(state), self._shown):
            self._show_answer()
        else:
            self.tell_details()

    def _ask(self, state: ViewState) -> None:
        question = self.question(state)
        is_same_subject = self._subject == self._asked_subject
        self._asked, self._asked_subject = self.depends_on(state), self._subject
        if self.found is None:
            self.show_nothing(state, is_asking=question is not None)
        if question is not None:
            self._work_out(question, is_same_subject)

    def show_nothing(self, state: ViewState, *, is_asking: bool) -> None:
        """Clear the table: nothing is known about the subject yet."""
        self._say("Working it out." if is_asking else self.empty_text(state))

    def _say(self, text: str) -> None:
        """Show a sentence in place of rows."""
        self.table.empty_text = text
        self._by_key = {}
        self.table.show_rows(ItemRows(self.table.columns, (), hash, lambda _: ()))
        self.tell_details()

    @work(group="answer", exclusive=True)
    async def _work_out(self, question: Callable[[], T], is_same_subject: bool) -> None:
        try:
            self.found = await asyncio.to_thread(question)
        except Exception as error:  # a bug there must not cost the user their edits
            self.found = None
            self._say(
                f"It could not be worked out ({type(error).__name__}: {error}): a bug in lbtui."
            )
            return
        self._show_answer()
        if not is_same_subject and self._wanted_key is None:
            self.table.action_edge(-1)
        if self._wanted_key is not None:
            key, self._wanted_key = self._wanted_key, None
            super().select(key)

    def _show_answer(self) -> None:
        state, found = self.state, self.found
        if state is None or found is None:
            return
        self._shown = self.also_shows(state)
        rows = self.answer_rows(state, found)
        self._by_key = {row.key: row for row in rows}
        columns = self.columns_for(found)
        self.table.empty_text = self.empty_text(state)
        self.table.show_rows(
            ItemRows(
                columns=columns,
                items=rows,
                key_of=lambda row: row.key,
                cells_of=lambda row: row.cells,
                sort_values={
                    column.key: _weight_of(column.key, at) for at, column in enumerate(columns)
                },
            ),
            columns,
        )
        self.tell_details()

    def select(self, key: Hashable) -> bool:
        """Put the cursor on a row; while an answer is awaited, as soon as it is there."""
        self._wanted_key = key if self.found is None else None
        return super().select(key) or self.found is None

    # ---- the row under the cursor ------------------------------------------------------------

    @property
    def selected_row(self) -> AnswerRow | None:
        """The row under the cursor."""
        return self._by_key.get(self.selected_key)

    @property
    def selected_ref(self) -> ResourceRef | None:
        """The resource that the row is about."""
        row = self.selected_row
        return row.ref if row else None

    @property
    def leads_to(self) -> Place | None:
        """Where the row leads."""
        row = self.selected_row
        return row.place if row else None

    def details_title(self, state: ViewState) -> str:
        """The row's."""
        row = self.selected_row
        return row.title if row else ""

    def details(self, state: ViewState, width: int) -> Sequence[Line]:
        """The row's."""
        row = self.selected_row
        return row.lines() if row else ()


def _weight_of(column: str, at: int) -> Callable[[AnswerRow], tuple[bool, Any]]:
    """What sorting compares: rows that have a weight come first, the others by their text."""

    def weight(row: AnswerRow) -> tuple[bool, Any]:
        known = row.weights.get(column)
        return (True, plain(row.cells[at]).casefold()) if known is None else (False, known)

    return weight
