"""The main screen: a view on the left, what its selected row means on the right."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.message import Message

from lbtui.tui.commands import BOUND
from lbtui.tui.findings import FindingsCache
from lbtui.tui.key_choices import AS_THEY_ARE, KeyChoices
from lbtui.tui.screens.arrangement import arrange, too_small_lines
from lbtui.tui.screens.filter_line import FilterLine
from lbtui.tui.screens.navigation import Navigation
from lbtui.tui.status_lines import session_line, session_line_right, title_left, title_right
from lbtui.tui.text import Line, Span, line, width_of
from lbtui.tui.view import View
from lbtui.tui.views.registry import TABS
from lbtui.tui.widgets.bars import Bar, KeyBar, TabBar
from lbtui.tui.widgets.filter_terms import FAULTY, toggled
from lbtui.tui.widgets.line_panel import LinePanel

if TYPE_CHECKING:
    from lbtui.tui.view_state import ViewState

HURRY_SECONDS = 0.1
"""Cursor keys that come faster than this are repeats; the panel waits until they end."""

EDIT_KEYS = (("e", "edit"), ("n", "new"), ("d", "delete"))
COMMON_KEYS = (
    ("/", "filter"),
    ("x", "explain"),
    ("u", "undo"),
    ("s", "save"),
    ("=", "diff"),
    ("?", "help"),
    (":", "commands"),
    ("A", "apply"),
    ("y", "YAML"),
    ("q", "quit"),
)


class MainScreen(Navigation):
    """Title, views, list, panel, sessions, keys."""

    DEFAULT_CSS = """
    MainScreen {
        layout: vertical;
        background: $background;
        #title { background: $panel; }
        #body { layout: horizontal; height: 1fr; }
        #list { width: 3fr; height: 1fr; }
        #side { width: 2fr; height: 1fr; border-left: vkey $panel; }
        #list-title, #side-title { background: $surface; }
        #sessions { background: $surface; }
        #too-small { display: none; }
        &.-stacked #body { layout: vertical; }
        &.-stacked #list { width: 1fr; height: 3fr; }
        &.-stacked #side { width: 1fr; height: 2fr; border-left: none; }
        &.-no-side #side { display: none; }
        &.-too-small #title, &.-too-small #tabs, &.-too-small #body { display: none; }
        &.-too-small #sessions, &.-too-small #keys { display: none; }
        &.-too-small #too-small { display: block; height: 1fr; }
    }
    """
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(c.keys, c.action, c.name, show=False, id=c.name) for c in BOUND),
        Binding("escape", "back", "Back", show=False),
        Binding("tab", "switch_focus", "Switch", tooltip="Between list and panel", show=False),
    ]

    class ViewShown(Message):
        """Another view is on screen; it wants the state."""

    def __init__(
        self, state: ViewState, first: str = "pools", keys: KeyChoices = AS_THEY_ARE
    ) -> None:
        """Begin with one view; the others are made when they are shown first."""
        super().__init__(state, first)
        self._keys = keys
        self._title_bar, self._session_bar = Bar(id="title"), Bar(id="sessions")
        self._list_bar, self._side_bar = Bar(id="list-title"), Bar(id="side-title")
        self._panel = LinePanel(id="details")
        self.findings_cache = FindingsCache()
        self._details_key: object = None
        self._followed: object = None
        self._followed_at = 0.0
        self._is_side_wanted: bool | None = None

    def compose(self) -> ComposeResult:
        """Bars above and below; list and panel between."""
        yield self._title_bar
        yield TabBar(tuple(replace(t, key=self._keys.shown(t.key)) for t in TABS), id="tabs")
        with Container(id="body"):
            with Vertical(id="list"):
                yield self._list_bar
                yield self.view
                yield FilterLine(id="filter")
            with Vertical(id="side"):
                yield self._side_bar
                yield self._panel
        yield self._session_bar
        yield KeyBar(id="keys")
        yield LinePanel(id="too-small")

    def on_mount(self) -> None:
        """Show the state at hand, the keyboard at the list."""
        self._details_timer = self.set_interval(HURRY_SECONDS, self.show_details, pause=True)
        self._arrange()
        self.update_state(self.view_state)
        self.show_shown_view()

    # ---- state -------------------------------------------------------------------------------

    def update_state(self, state: ViewState) -> None:
        """Tell every widget what concerns it."""
        self.view_state = state
        if not self.is_mounted:
            return
        findings = self.findings_cache.of(state)
        self._title_bar.show(title_left(state), title_right(state, findings))
        self._session_bar.show(session_line(state), session_line_right(state))
        self.view.update_state(state)
        self._show_list_title()

    def _show_list_title(self) -> None:
        view, state = self.view, self.view_state
        left = line(Span(view.heading(state), "strong"), Span(f"  {view.summary(state)}", "muted"))
        right = view.assumed(state)
        if view.filter_text:
            shown = f"{view.table.shown_count} of {len(view.table.rows)}"
            right = (Span(f"filter {view.filter_text}  {shown}", "accent"),)
        if marked := len(view.table.marks):
            right = (Span(f"{marked} marked  ", "accent"), *right)
        room = self._list_bar.size.width - width_of(left) - width_of(right) - 4
        self._list_bar.show((*self.crumbs(room), *left), right)

    @on(View.DetailsChanged)
    def _show_details(self, event: View.DetailsChanged) -> None:
        if event.view is self.view:
            self._show_list_title()
            self._catch_up_details()

    def _on_timer_update(self) -> None:
        """Before each frame: list and panel change in the same one, not the panel in a second."""
        self._catch_up_details()
        super()._on_timer_update()

    def _catch_up_details(self) -> None:
        if self.has_side and self.view.has_new_details:
            self.show_details()
        elif self.has_side:
            self.follow_cursor()

    def follow_cursor(self) -> None:
        """Fill the panel: at once after a single key, when a key held down is let go after that."""
        key = self._details_subject
        if key == self._followed:
            return
        self._followed = key
        is_hurried = monotonic() - self._followed_at < HURRY_SECONDS
        self._followed_at = monotonic()
        self._details_timer.pause()
        if is_hurried:
            self._details_timer.reset()
            self._details_timer.resume()
        else:
            self.show_details()

    @property
    def _details_subject(self) -> object:
        return self.view.name_in_commands, self.view.selected_key

    def show_details(self) -> None:
        """Fill the panel from the shown view."""
        self._details_timer.pause()
        view, state = self.view, self.view_state
        view.has_new_details = False
        self._show_list_title()
        title = view.details_title(state)
        key = self._followed = self._details_subject
        if state.load_error and state.snapshot is None:
            self._fill_panel(key, "Nothing could be read", (line(state.load_error),))
            return
        slow = view.slow_details(state)
        if slow is None:
            self.workers.cancel_group(self, "details")
            self._fill_panel(key, title, view.details(state, self._panel.size.width - 2))
        else:

            async def fill() -> None:
                await self._fill_panel_later(key, title, slow)

            self.run_worker(fill, group="details", exclusive=True)  # type: ignore[arg-type]

    async def _fill_panel_later(
        self, key: object, title: str, work: Callable[[], Sequence[Line]]
    ) -> None:
        lines = await asyncio.to_thread(work)
        if key == self._details_subject:
            self._fill_panel(key, title, lines)

    def _fill_panel(self, key: object, title: str, lines: Sequence[Line]) -> None:
        self._side_bar.show((Span(title, "strong"),))
        self._panel.show_lines(lines, is_new=key != self._details_key)
        self._details_key = key

    # ---- views -------------------------------------------------------------------------------

    def show_shown_view(self) -> None:
        """Mark its tab, name its keys, give it the keyboard."""
        self._arrange()
        self.query_one(TabBar).show_tab(self.view.name_in_commands)
        self._show_list_title()
        edit = EDIT_KEYS if self.view.kind is not None else ()
        own = tuple(
            (self._keys.of_binding(binding), binding.description.lower())
            for binding in self.view.BINDINGS
            if isinstance(binding, Binding) and binding.show
        )
        common = ((self._keys.shown(key), label) for key, label in (*edit, *COMMON_KEYS))
        self.query_one(KeyBar).show_keys(*own, *common)
        self.view.focus_table()
        self.view.tell_details()

    @on(View.Opened)
    async def _open(self, event: View.Opened) -> None:
        place = event.view.leads_to
        if place is not None:
            await self.follow(place)
        elif event.view.kind is not None:
            await self.run_action("app.edit")
        elif self.has_side:
            self._panel.focus()

    @on(TabBar.Picked)
    async def _pick(self, event: TabBar.Picked) -> None:
        await self.action_show_view(event.name)

    # ---- filter ------------------------------------------------------------------------------

    async def action_filter(self) -> None:
        """Ask for a filter; it works while it is typed."""
        self.view.table.prepare_filter()
        await self.query_one(FilterLine).open(self.view.filter_text)

    def action_faults(self) -> None:
        """Show only rows with a warning or an error, or all again."""
        self.query_one(FilterLine).close()
        self.view.filter_by(toggled(self.view.filter_text, FAULTY))
        self._show_list_title()

    @on(FilterLine.Changed)
    def _filter(self, event: FilterLine.Changed) -> None:
        self.view.filter_by(event.text)
        self._show_list_title()

    @on(FilterLine.Closed)
    def _filter_closed(self) -> None:
        self.view.focus_table()

    async def action_back(self) -> None:
        """Out of the panel, then without the filter, then to the view before."""
        if not self.view.table.has_focus:
            self.view.focus_table()
        elif self.view.filter_text:
            self.view.filter_by("")
            self._show_list_title()
        else:
            await self.action_step(-1)

    # ---- size --------------------------------------------------------------------------------

    @property
    def has_side(self) -> bool:
        """Whether the panel is on screen."""
        return not self.has_class("-no-side") and not self.has_class("-too-small")

    def action_toggle_side(self) -> None:
        """Show or hide the panel, whatever the size says."""
        self._is_side_wanted = not self.has_side
        self._arrange()
        if self.has_side:
            self.call_after_refresh(self.show_details)

    def action_wide(self) -> None:
        """Show all columns of the list in full, over the whole width, or as before."""
        self.view.table.switch_wide()
        self._arrange()

    def action_switch_focus(self) -> None:
        """From the list to the panel and back."""
        if self.view.table.has_focus and self.has_side:
            self._panel.focus()
        else:
            self.view.focus_table()

    def on_resize(self, event: events.Resize) -> None:
        """Arrange list and panel for the new size."""
        self._arrange()
        if self.has_side:
            self.call_after_refresh(self.show_details)

    def _arrange(self) -> None:
        width, height = self.app.size
        found = arrange(width, height, self._is_side_wanted)
        self.set_class(found.is_too_small, "-too-small")
        self.set_class(found.is_stacked, "-stacked")
        self.set_class(not found.has_side or self.view.table.is_wide, "-no-side")
        if found.is_too_small:
            self.query_one("#too-small", LinePanel).show_lines(too_small_lines(width, height))
