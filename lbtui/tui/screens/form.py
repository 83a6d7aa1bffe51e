"""The edit form: fields and their editor on the left, what they would do on the right."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.screen import ModalScreen

from lbtui.tui.form import NAME, Form, RowKey
from lbtui.tui.screens.draft_preview import DraftPreview, LinesOf, resource_preview
from lbtui.tui.screens.form_fields import FieldEditor
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Cell, Line, Span
from lbtui.tui.view_keys import bindings_of, key_now
from lbtui.tui.widgets.bars import Bar, KeyBar
from lbtui.tui.widgets.line_table import LineTable
from lbtui.tui.widgets.rows import Column, ItemRows

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
    from lbtui.tui.form import Draft
    from lbtui.tui.view_state import ViewState

COLUMNS = (
    Column("label", "Field", maximum=36),
    Column("value", "Value", is_flexible=True, minimum=12),
    Column("mark", "", priority=2, maximum=10),
)


class Accepted(NamedTuple):
    """What the user made of the resource."""

    resources: ResourceSet
    ref: ResourceRef


class FormScreen(ModalScreen["Accepted | None"]):
    """Edits one resource; nothing is committed before it is accepted."""

    DEFAULT_CSS = """
    FormScreen {
        background: $background;
        #form-title { background: $panel; }
        #form-body { layout: horizontal; height: 1fr; }
        #form-left { width: 3fr; }
        #form-right { width: 2fr; border-left: vkey $panel; }
        &.-stacked #form-body { layout: vertical; }
        &.-stacked #form-left { width: 1fr; height: 3fr; }
        &.-stacked #form-right { width: 1fr; height: 2fr; border-left: none; }
        &.-no-side #form-right { display: none; }
    }
    """
    AUTO_FOCUS = "FieldInput"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Field above", show=False),
        Binding("down", "move(1)", "Field below", show=False),
        Binding("pageup", "move(-8)", "Up", show=False),
        Binding("pagedown", "move(8)", "Down", show=False),
        Binding("tab", "pick", "Pick"),
        *bindings_of("form"),
        Binding("escape", "cancel", "Cancel"),
    ]

    def __init__(
        self,
        form: Form,
        state: ViewState,
        title: str,
        lines_of: LinesOf = resource_preview,
        typed: Callable[[], None] = lambda: None,
    ) -> None:
        """Edit `form`.

        Args:
            form: what is edited.
            state: what the preview starts from.
            title: what is edited, in words.
            lines_of: what the preview shows.
            typed: called after each change.
        """
        super().__init__()
        self._tell_typed = typed
        self._form, self._title_text = form, title
        self._table = LineTable(COLUMNS)
        self._table.can_focus = False
        self._table.is_active = True
        self._editor = FieldEditor(self._write, self._cycle)
        self._preview = DraftPreview(state, lines_of, id="form-right")
        self._draft: Draft = form.draft()
        self._shown: RowKey | None = None

    def compose(self) -> ComposeResult:
        """Title, fields, editor, preview, keys."""
        yield Bar(id="form-title")
        with Container(id="form-body"):
            with Vertical(id="form-left"):
                yield self._table
                yield self._editor
            yield self._preview
        yield KeyBar(id="form-keys")

    def on_mount(self) -> None:
        """Show the fields; the cursor begins at the first one of the spec."""
        self._arrange()
        self.query_one("#form-keys", KeyBar).show_keys(
            ("enter", "accept"),
            ("esc", "cancel"),
            ("↑↓" if SYMBOLS.arrow == "→" else "up/down", "field"),
            ("tab", "pick"),
            (key_now(self, "form.unset"), "unset"),
        )
        self._show_rows()
        keys = list(self._form.keys())
        first = next((k for k in keys if k.path.startswith("spec.")), keys[0])
        self._table.move_to(keys[0] if self._form.ref is None else first)
        self._show_field()
        self._follow()

    def on_resize(self, event: events.Resize) -> None:
        """Arrange fields and preview for the new size."""
        self._arrange()

    def _arrange(self) -> None:
        width, height = self.app.size
        self.set_class(width < 110, "-stacked")
        self.set_class(width < 110 and height < 18, "-no-side")

    def update_state(self, state: ViewState) -> None:
        """Keep up with the speaker; the working set does not change under a form."""
        before = self._preview.view_state
        self._preview.view_state = replace(before, speaker=state.speaker, lab=state.lab)

    # ---- fields ------------------------------------------------------------------------------

    @property
    def _key(self) -> RowKey:
        key = self._table.cursor_key
        assert isinstance(key, RowKey)
        return key

    def _show_rows(self) -> None:
        self._table.show_rows(
            ItemRows(
                columns=COLUMNS,
                items=list(self._form.keys()),
                key_of=lambda key: key,
                cells_of=self._cells,
            )
        )

    def _cells(self, key: RowKey) -> tuple[Cell, ...]:
        form = self._form
        spec = form.specs[key.path]
        text = form.text(key)
        shown: Cell = Span(form.default_text(key), "muted")
        if text:
            shown = "***" if spec.kind == "secret" else text
        mark: Cell = ""
        if key.path in self._draft.problems and (form.is_changed(key.path) or form.ref is None):
            mark = Span(f"{SYMBOLS.error} wrong", "bad")
        elif form.is_changed(key.path):
            mark = Span(f"{SYMBOLS.changed} edited", "changed")
        return form.label(key), shown, mark

    def _show_field(self) -> None:
        key, form = self._key, self._form
        self._shown = key
        spec = form.specs[key.path]
        default = form.default_text(key)
        self._editor.show(spec, form.label(key), form.text(key), default)
        if form.ref is None and key.path == NAME and not form.is_changed(NAME):
            self._editor.field.action_select_all()  # proposed: typing replaces it
        self._show_problem()

    def _show_problem(self) -> None:
        problem = self._draft.problems.get(self._key.path, "")
        is_shown = self._form.is_changed(self._key.path)
        self._editor.show_problem(problem if is_shown else "")
        if not (problem and is_shown):
            self._tell_insight(self._key)

    @work(group="insight", exclusive=True)
    async def _tell_insight(self, key: RowKey) -> None:
        """Say what the text means; worked out beside the loop, as there may be many services."""
        from lbtui.core.editing.insight import insight

        form, text = self._form, self._form.text(key)
        found = await asyncio.to_thread(
            insight, form.specs[key.path], text, form.resources, form.ref
        )
        if self._key == key and form.text(key) == text:
            self._editor.show_insight(found)

    def action_move(self, by: int) -> None:
        """Edit another field."""
        key = self._key
        if self._form.specs[key.path].kind == "records":
            self._form.tidy()
            self._show_rows()
        self._table.action_move(by)
        self._show_field()

    @on(LineTable.Moved)
    def _moved(self, event: LineTable.Moved) -> None:
        event.stop()
        if self.is_mounted and event.key is not None and self._key != self._shown:
            self._show_field()

    def _cycle(self, by: int) -> None:
        self._editor.field.value = self._form.cycle(self._key, by)

    def action_unset(self) -> None:
        """Back to the default."""
        key = self._key
        self._form.unset(key)
        self._changed()
        self._show_field()

    def _write(self, text: str) -> None:
        if text != self._form.text(self._key):
            self._form.set_text(self._key, text)
            self._changed()

    def _changed(self) -> None:
        self._draft = self._form.draft()
        self._tell_typed()
        self._show_rows()
        self._show_problem()
        self._follow()

    def action_pick(self) -> None:
        """Pick from what there is, for fields that name something."""
        from lbtui.core.editing.fields import candidates

        spec = self._form.specs[self._key.path]
        offered = candidates(spec, self._form.resources)
        if not offered:
            if self._editor.field.has_choices:
                self._editor.field.value = self._form.cycle(self._key)
            return
        from lbtui.tui.dialogs.picker import Picker

        def take(text: str | None) -> None:
            if text is not None:
                self._editor.field.value = text
                self._editor.field.cursor_position = len(text)

        self.app.push_screen(Picker(spec, offered, self._form.text(self._key)), take)

    # ---- preview -----------------------------------------------------------------------------

    def _follow(self) -> None:
        """Show the title, and work out what the draft does; keep the last one while it is wrong."""
        problems = len(self._draft.problems)
        right: Line = (Span("no changes", "muted"),)
        if problems and self._form.is_modified:
            word = "problem" if problems == 1 else "problems"
            right = (Span(f"{SYMBOLS.error} {problems} {word}", "bad"),)
        elif self._form.is_modified:
            right = (Span(f"{SYMBOLS.modified} edited, not accepted yet", "changed"),)
        self.query_one("#form-title", Bar).show((Span(self._title_text, "strong"),), right)
        if self._draft.resources is not None:
            assert self._draft.ref is not None
            self._preview.follow(self._draft.resources, self._draft.ref)
        else:
            is_older = self._form.is_modified
            self._preview.keep("Preview: of the last valid state" if is_older else "Preview")

    # ---- end ---------------------------------------------------------------------------------

    def action_accept(self) -> None:
        """Take the draft over, or go to the first field that is wrong."""
        draft = self._draft
        if draft.resources is not None and draft.ref is not None:
            self.dismiss(Accepted(draft.resources, draft.ref))
            return
        path = next(iter(draft.problems))
        self._table.move_to(next(key for key in self._form.keys() if key.path == path))
        self._show_field()
        self._editor.show_problem(draft.problems[path])

    def action_cancel(self) -> None:
        """Leave without a change; ask first if there is something to lose."""
        if not self._form.is_modified:
            self.dismiss(None)
            return
        from lbtui.tui.dialogs.choice import Choice, ChoiceDialog

        def decide(answer: str | None) -> None:
            if answer == "drop":
                self.dismiss(None)
            elif answer == "accept":
                self.action_accept()

        self.app.push_screen(
            ChoiceDialog(
                "Leave the form?",
                [(Span("What you typed here is not accepted yet."),)],
                [Choice("d", "drop the changes", "drop"), Choice("a", "accept them", "accept")],
            ),
            decide,
        )
