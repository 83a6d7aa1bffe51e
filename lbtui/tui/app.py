"""The console application: holds the state, starts the work, wires screens to ports."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from lbtui.ports import (
    Journal,
    ManifestEditor,
    PortError,
    Speaker,
    Store,
)
from lbtui.tui import workspace
from lbtui.tui.comparing import Comparing, ReadSource
from lbtui.tui.compiler import Compiler
from lbtui.tui.copying import Copying, KeepCopy
from lbtui.tui.edit_actions import EditActions
from lbtui.tui.editing import Editing
from lbtui.tui.external_editing import ExternalEditing
from lbtui.tui.feeds import Feeds
from lbtui.tui.following import Following
from lbtui.tui.journaling import Journaling
from lbtui.tui.key_order import OrderedKeys
from lbtui.tui.lab_mode import LabMode
from lbtui.tui.marked_editing import MarkedEditing
from lbtui.tui.painting.sparing import SparingApp
from lbtui.tui.preferences import Preferences
from lbtui.tui.saving import Saving
from lbtui.tui.screens.main import MainScreen
from lbtui.tui.speaker_actions import SpeakerActions
from lbtui.tui.speaker_following import SpeakerFollowing
from lbtui.tui.symbols import is_unicode
from lbtui.tui.text_editing import TextEditing
from lbtui.tui.view_state import ViewState

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel
    from textual.screen import Screen

    from lbtui.tui.analysis_work import Outcome

SWITCH_SECONDS = 0.0005
"""How long work beside the event loop may keep it waiting; Python's own 0.005 can be felt, for a
key changes threads four times on its way to the screen."""


WELCOME = "Welcome. ? help for what is shown, : every command by name, / filter, q quit."
WELCOME_SECONDS = 6.0


@runtime_checkable
class Shows(Protocol):
    """A screen that is told every new state."""

    def update_state(self, state: ViewState) -> None:
        """Show a new state."""


class LbtuiApp(EditActions, SpeakerActions, Comparing, LabMode, SparingApp, OrderedKeys):
    """One console on one store, with lbtui's own speaker beside it."""

    TITLE = "lbtui"
    ENABLE_COMMAND_PALETTE = False
    DEFAULT_CSS = """
    LbtuiApp ToastRack { margin-bottom: 2; }
    LbtuiApp Toast { padding: 0 1; margin-top: 0; }
    LbtuiApp.-ascii {
        Toast { border-left: ascii $panel; }
        FramedDialog > Vertical { border: ascii $primary; }
        #side, #form-right { border-left: ascii $panel; }
        &.-ascii Screen.-stacked #side, &.-ascii Screen.-stacked #form-right { border-left: none; }
    }
    """

    def __init__(
        self,
        *,
        store: Store,
        speaker: Speaker | None = None,
        lab: Speaker | None = None,
        journal: Journal | None = None,
        editor: ManifestEditor | None = None,
        save_theme: Callable[[str], None] | None = None,
        keep_copy: KeepCopy | None = None,
        read_source: ReadSource | None = None,
        preferences: Preferences | None = None,
    ) -> None:
        """Take the ports and the user's preferences; nothing is read or started yet.

        Args:
            store: where resources come from and go to.
            speaker: lbtui's own speaker; None: there is none to talk to.
            lab: the demo's routers; None outside the demo.
            journal: keeps staged edits safe from the end of the console; None: they are not.
            editor: the user's own editor; None: there is none here.
            save_theme: keeps the user's choice of a theme; may raise StoreError.
            keep_copy: writes a copy into a file; None: copies go to the clipboard only.
            read_source: reads another source to compare with; None: none can be.
            preferences: how the user wants the console.
        """
        super().__init__()
        self.animation_level = "none"
        self.set_class(not is_unicode(), "-ascii")
        self.preferences = preferences = preferences or Preferences()
        self.store, self.speaker, self.lab = store, speaker, lab
        self.namespace, self.read_source = preferences.namespace, read_source
        self.save_theme = save_theme
        self._notices = [*preferences.notices, *self._register_themes(preferences.theme)]
        self.state = ViewState(
            backend=preferences.backend,
            is_backend_chosen=preferences.is_backend_chosen,
            title=store.title,
            is_production=preferences.is_production,
            lab_mapping=preferences.lab_mapping,
            read_only="opened read-only" if preferences.is_read_only else store.read_only,
        )
        self.keys = keys = preferences.keys
        self.analysed = asyncio.Event()
        self.set_keymap(dict(keys.keymap))
        self.main = MainScreen(self.state, keys=keys)
        self.editing = Editing(self)
        self.editor = editor
        self.external = ExternalEditing(self, editor)
        self.marked = MarkedEditing(self)
        self.texts = TextEditing(self, editor)
        self.saving = Saving(self)
        self.copying = Copying(self, keep_copy)
        self.feeds = Feeds(self)
        self.following = Following(self)
        self.speaker_following = SpeakerFollowing(self)
        self.journaling = Journaling(self, journal)
        self.compiler = Compiler(
            self.spawn, self._take_outcome, self._analysis_failed, has_counts=True
        )

    # ---- start -------------------------------------------------------------------------------

    def get_default_screen(self) -> MainScreen:
        """The main screen is there from the first paint on."""
        return self.main

    def on_load(self) -> None:
        """Choose the theme before anything is styled: another one later styles all again."""
        sys.setswitchinterval(SWITCH_SECONDS)
        self.theme = self._first_theme

    def on_mount(self) -> None:
        """Paint at once; read, and talk to the speaker, after that."""
        self.screen_change_signal.subscribe(self, self._catch_up)
        self.call_after_refresh(self._begin)

    async def on_unmount(self) -> None:
        """Whatever ends the console: what is staged is kept."""
        self.journaling.flush()
        await self.feeds.end()

    def _begin(self) -> None:
        for notice in self._notices:
            self.notify(notice, severity="warning", timeout=10)
        if self.preferences.is_following and not self.preferences.is_read_only:
            self.speaker_following.await_edit()
        if self.preferences.is_first_run:
            self.notify(WELCOME, timeout=WELCOME_SECONDS)
        self.feeds.begin()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the background as long as the console runs."""
        self.run_worker(work, group="background", exclusive=False)

    # ---- the state ---------------------------------------------------------------------------

    def change(self, state: ViewState) -> None:
        """Take a new state, show it, and work out what is not known about it yet."""
        self.state = state
        if not self.is_running:
            return  # the widgets go; something that was worked out came late
        self.journaling.follow()
        self.speaker_following.notice()
        if state.analysis is not None:
            self.analysed.set()
        if workspace.needs_work(state):
            self.compiler.request(workspace.request_of(state))
        for screen in self.screen_stack:
            if isinstance(screen, Shows):
                screen.update_state(state)

    def _catch_up(self, screen: Screen[Any]) -> None:
        """Tell a screen what happened between its making and its coming up."""
        self.call_next(self.screen_changed)
        if screen is not self.main and isinstance(screen, Shows) and screen in self.screen_stack:
            screen.update_state(self.state)

    def _take_outcome(self, outcome: Outcome) -> None:
        if outcome.route_counts is not None and not gc.get_freeze_count():
            # A search for cycles would walk through millions of objects in the middle of a key.
            gc.freeze()
        self.change(workspace.worked_out(self.state, outcome))

    def _analysis_failed(self, error: Exception) -> None:
        self.notify(
            f"The routes could not be worked out ({type(error).__name__}: {error}). This is a "
            "bug in lbtui; your edits are kept and can be saved or undone.",
            severity="error",
            timeout=30,
        )

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Say something for a while; text as it is, since field paths have brackets."""
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    # ---- themes ------------------------------------------------------------------------------

    def _register_themes(self, name: str) -> Iterator[str]:
        """Load all themes and choose one; gives what is wrong with them."""
        from lbtui.tui.theme import DEFAULT, load_themes

        loaded = load_themes(self.preferences.theme_folders)
        for theme in loaded.themes:
            self.register_theme(theme)
        yield from loaded.problems
        if name and name not in self.available_themes:
            yield f"There is no theme {name}; {DEFAULT} is used."
        self._first_theme = name if name in self.available_themes else DEFAULT

    # ---- actions -----------------------------------------------------------------------------

    def action_leave(self) -> None:
        """End the console, unless something would be lost."""
        self.ask(self._leave())

    def action_follow(self) -> None:
        """Give every valid edit to the speaker by itself, or no longer."""
        self.speaker_following.switch()

    def action_commands(self) -> None:
        """Open the command palette."""
        self.ask(self._command())

    async def _command(self) -> None:
        from lbtui.core.configuration.model import BACKENDS
        from lbtui.tui.commands import commands
        from lbtui.tui.dialogs.palette import Palette
        from lbtui.tui.views.registry import NAME_OF_KIND

        action = await self.push_screen_wait(
            Palette(
                commands(sorted(self.available_themes), BACKENDS, self.keys.of),
                (ref for ref in self.state.history.current.refs() if ref.kind in NAME_OF_KIND),
            )
        )
        if action is not None:
            # Only after this worker: the action may open a dialog of its own.
            self.call_later(self.main.run_action, action)

    def action_help(self) -> None:
        """Help for the view that is shown."""
        from lbtui.tui.dialogs.reading import ReadingDialog, help_lines

        view = self.main.view
        self.push_screen(ReadingDialog(f"Help: {view.title}", list(help_lines(view, self.keys))))

    def action_use_backend(self, backend: str) -> None:
        """Read the manifests as another back end does."""
        self.change(replace(self.state, backend=backend, is_backend_chosen=True))

    def action_pick_theme(self, name: str) -> None:
        """Change the colours and keep the choice."""
        self.theme = name
        if self.save_theme is not None:
            try:
                self.save_theme(name)
            except PortError as error:
                self.notify(str(error), severity="warning", timeout=8)

    async def _leave(self) -> None:
        if await self.saving.leave():
            self.journaling.finish()
            self.exit()
