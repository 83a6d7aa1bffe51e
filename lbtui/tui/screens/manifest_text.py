"""A resource's manifest as text to edit; beside it what it would do, below it what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.screen import ModalScreen
from textual.widgets import TextArea

from lbtui.core.diagnostics import Severity
from lbtui.tui.screens.draft_preview import DraftPreview
from lbtui.tui.screens.form import Accepted
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Line, Span, Tone
from lbtui.tui.view_keys import bindings_of, key_now
from lbtui.tui.widgets.bars import Bar, KeyBar

if TYPE_CHECKING:
    from lbtui.core.diagnostics import Diagnostic
    from lbtui.tui.manifest_draft import Judged
    from lbtui.tui.view_state import ViewState


class ManifestArea(TextArea):
    """The text; tab indents by two blanks, as manifests are."""

    DEFAULT_CSS = """
    ManifestArea { border: none; padding: 0; &:focus { border: none; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "indent", "Indent", show=False),
        *bindings_of("text", "screen."),
    ]

    def action_indent(self) -> None:
        """Two blanks."""
        self.insert("  ")


class ManifestTextScreen(ModalScreen["Accepted | None"]):
    """Edits one resource as text; nothing is committed before it is accepted."""

    DEFAULT_CSS = """
    ManifestTextScreen {
        background: $background;
        #form-title { background: $panel; }
        #form-body { layout: horizontal; height: 1fr; }
        #form-left { width: 3fr; }
        #form-right { width: 2fr; border-left: vkey $panel; }
        #text-problem, #text-notice { background: $surface; }
        &.-stacked #form-body { layout: vertical; }
        &.-stacked #form-left { width: 1fr; height: 3fr; }
        &.-stacked #form-right { width: 1fr; height: 2fr; border-left: none; }
    }
    """
    AUTO_FOCUS = "ManifestArea"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("text"),
        Binding("escape", "cancel", "Cancel"),
    ]

    def __init__(
        self,
        text: str,
        judge: Callable[[str], Judged],
        state: ViewState,
        title: str,
        notice: str,
        *,
        typed: str | None = None,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        """Edit `text`.

        Args:
            text: the manifest, without secrets.
            judge: what can be made of a text; called beside the event loop.
            state: what the preview starts from.
            title: what is edited.
            notice: what is to be known about the text; shown all the time.
            typed: what was made of the text before; None: nothing.
            told: called whenever a text was judged.
        """
        super().__init__()
        self._original, self._judge = text, judge
        self._title_text, self._notice = title, notice
        self._tell_judged = told
        self._area = ManifestArea(
            text if typed is None else typed, show_line_numbers=True, soft_wrap=False
        )
        self._area.cursor_blink = False
        self._preview = DraftPreview(state, id="form-right")
        self._judged: Judged | None = None
        self._judged_text = ""
        self._is_accepting = False

    def compose(self) -> ComposeResult:
        """Title, text, what is wrong, preview, keys."""
        yield Bar(id="form-title")
        with Container(id="form-body"):
            with Vertical(id="form-left"):
                yield self._area
                yield Bar(id="text-problem")
                yield Bar(id="text-notice")
            yield self._preview
        yield KeyBar(id="form-keys")

    def on_mount(self) -> None:
        """Show the keys and begin to follow."""
        self.set_class(self.app.size.width < 110, "-stacked")
        self.query_one("#form-keys", KeyBar).show_keys(
            (key_now(self, "text.accept"), "accept"),
            ("esc", "cancel"),
            (key_now(self, "text.next-problem"), "to the problem"),
            ("ctrl+z", "undo"),
            ("ctrl+y", "redo"),
        )
        notice = self.query_one("#text-notice", Bar)
        notice.show((Span(self._notice, "muted"),))
        notice.display = bool(self._notice)
        self._work_out()

    def on_resize(self, event: events.Resize) -> None:
        """Arrange text and preview for the new size."""
        self.set_class(self.app.size.width < 110, "-stacked")

    def update_state(self, state: ViewState) -> None:
        """Keep up with the speaker; the working set does not change under a text."""
        before = self._preview.view_state
        self._preview.view_state = replace(before, speaker=state.speaker, lab=state.lab)

    @property
    def text(self) -> str:
        """The text as it is now, with line feeds for line ends."""
        return self._area.text.replace("\r\n", "\n")

    @property
    def is_modified(self) -> bool:
        """Whether anything was typed that is still there."""
        return self._area.text != self._original

    # ---- following -----------------------------------------------------------------------------

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._is_accepting = False
        self._work_out()

    @work(group="judge", exclusive=True)
    async def _work_out(self) -> None:
        """Read the text beside the loop; of what was typed meanwhile only the last counts."""
        text = self._area.text
        judged = await asyncio.to_thread(self._judge, text)
        if text != self._area.text:
            return
        self._judged, self._judged_text = judged, text
        self._show_judged(judged)
        self._tell_judged()
        if self._is_accepting:
            self.action_accept()

    def _show_judged(self, judged: Judged) -> None:
        errors = [one for one in judged.found if one.severity is Severity.ERROR]
        words = [_words(one) for one in judged.found] + ([judged.why] if judged.why else [])
        problem: Line = ()
        if words:
            tone: Tone = "bad" if errors or judged.why else "warning"
            symbol = SYMBOLS.error if tone == "bad" else SYMBOLS.warning
            more = f" (and {len(words) - 1} more)" if len(words) > 1 else ""
            problem = (Span(f"{symbol} {words[0]}{more}", tone),)
        self.query_one("#text-problem", Bar).show(problem)
        right: Line = (Span("no changes", "muted"),)
        if not self._is_acceptable(judged):
            right = (Span(f"{SYMBOLS.error} cannot be accepted yet", "bad"),)
        elif self.is_modified:
            right = (Span(f"{SYMBOLS.modified} edited, not accepted yet", "changed"),)
        self.query_one("#form-title", Bar).show((Span(self._title_text, "strong"),), right)
        if judged.resources is not None and self._is_acceptable(judged):
            self._preview.follow(judged.resources, judged.ref)
        else:
            self._preview.keep("Preview: of the last valid text")

    def _is_acceptable(self, judged: Judged) -> bool:
        return judged.resources is not None and not any(
            one.severity is Severity.ERROR for one in judged.found
        )

    # ---- end -----------------------------------------------------------------------------------

    def action_next_problem(self) -> None:
        """Put the cursor where the first problem below it is, or the first of all."""
        found = self._judged.found if self._judged is not None else ()
        lines = sorted({one.place.line for one in found if one.place is not None})
        here = self._area.cursor_location[0] + 1
        line = next((line for line in lines if line > here), lines[0] if lines else 0)
        if line:
            self._area.move_cursor((min(line, self._area.document.line_count) - 1, 0))

    def action_accept(self) -> None:
        """Take the text over once it is judged, or go to what is wrong."""
        judged = self._judged
        if judged is None or self._judged_text != self._area.text:
            self._is_accepting = True
            return
        self._is_accepting = False
        if judged.resources is not None and self._is_acceptable(judged):
            self.dismiss(Accepted(judged.resources, judged.ref))
        else:
            self.action_next_problem()

    def action_cancel(self) -> None:
        """Leave without a change; ask first if there is something to lose."""
        if not self.is_modified:
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
                "Leave the text?",
                [(Span("What you typed here is not accepted yet."),)],
                [Choice("d", "drop the changes", "drop"), Choice("a", "accept them", "accept")],
                stay="go on typing",
            ),
            decide,
        )


def _words(found: Diagnostic) -> str:
    return f"line {found.place.line}: {found.message}" if found.place else found.message
