"""What the user can do with the speaker: start, stop, apply, look closer, reset, hold down.

A part of the application class; every failure is said on screen, and none ends the console.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.app import App

from lbtui.core.lint.wording import counted
from lbtui.ports import PortError, Speaker
from lbtui.tui.requests import RouteAsked, SessionAsked
from lbtui.tui.text import line
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.lab_words import refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from lbtui.core.routing.announcements import Announcements
    from lbtui.ports import SessionRow
    from lbtui.tui.preferences import Preferences

NO_SPEAKER = "There is no speaker to talk to here."


class SpeakerActions(App[None]):
    """Actions of the application that concern the speaker and the demo's lab routers."""

    speaker: Speaker | None
    lab: Speaker | None
    state: ViewState
    preferences: Preferences
    analysed: asyncio.Event
    """Set as soon as `state.analysis` is there, and for good."""

    # ---- start and stop ----------------------------------------------------------------------

    @work(group="speaker-action")
    async def action_speaker(self) -> None:
        """Start the speaker, or stop it after asking."""
        speaker = self.speaker
        if speaker is None:
            self.notify(NO_SPEAKER, severity="warning")
        elif not self.state.speaker.is_running:
            async with self._told():
                await speaker.start()
                self.notify("The speaker runs. A gives it the routes as they are now.")
        elif await self._is_stop_wanted():
            async with self._told():
                await speaker.stop()
                self.notify("The speaker was stopped; its sessions are closed.")

    async def _is_stop_wanted(self) -> bool:
        from lbtui.tui.dialogs.choice import Choice, ChoiceDialog

        sessions = self.state.speaker.sessions
        up = sum(row.state == "Established" for row in sessions)
        lines = (
            line(
                f"Its {len(sessions)} sessions ({up} Established) are closed with a Cease, and "
                "the peers drop their routes."
            ),
            line("It keeps what it was told; started again, it opens the same sessions."),
        )
        answer = await self.push_screen_wait(
            ChoiceDialog("Stop the speaker?", lines, [Choice("S", "stop it", "stop")], "let it run")
        )
        return answer == "stop"

    # ---- apply -------------------------------------------------------------------------------

    @work(group="speaker-action", exclusive=True)
    async def action_apply(self) -> None:
        """Show what an apply would do, then do it; starts the speaker if need be."""
        from lbtui.tui.dialogs.apply_dialog import ApplyDialog

        speaker = self.speaker
        if speaker is None:
            self.notify(NO_SPEAKER, severity="warning")
            return
        if self.preferences.is_read_only:
            self.notify("Opened read-only: nothing is applied.", severity="warning")
            return
        if not self.state.is_current:
            self.notify("The routes are still being worked out; try again in a moment.")
            return
        if self.state.lab_mapping.problems:
            self.notify(refusal(self.state.lab_mapping), severity="error", timeout=12)
            return
        async with self._told():
            current = None
            if self.state.speaker.is_running:
                current = await speaker.configuration()
            wanted = await self.push_screen_wait(ApplyDialog(self.state, speaker, current))
            if wanted is not None:
                await speaker.start()
                generation = await speaker.apply(wanted)
                self.notify(f"The speaker took generation {generation}.")

    # ---- sessions and routes -----------------------------------------------------------------

    @on(RouteAsked)
    def _show_route(self, event: RouteAsked) -> None:
        from lbtui.tui.dialogs.route_dialog import RouteDialog

        if self.speaker is not None:
            self.push_screen(RouteDialog(self.state, event.row, self.speaker))

    @on(SessionAsked)
    def _session_asked(self, event: SessionAsked) -> None:
        if self.speaker is None:
            return
        if event.verb == "show":
            from lbtui.tui.dialogs.session_dialog import SessionDialog

            self.push_screen(SessionDialog(self.state, event.row, self.speaker, self.lab))
        else:
            self._act_on_session(event.row, event.verb, self.speaker)

    @work(group="speaker-action")
    async def _act_on_session(self, row: SessionRow, verb: str, speaker: Speaker) -> None:
        from lbtui.tui.dialogs.reason_dialog import ReasonDialog

        name = f"{row.node}/{row.peer}"
        if verb == "switch" and not row.is_enabled:
            async with self._told():
                await speaker.enable(row.id, True)
                self.notify(f"{name} may run again.")
            return
        async with self._told():
            now = await speaker.session(row.id)  # what is on screen may be a moment old
            title, question, act = _closing(verb, name, now, speaker)
            reason = await self.push_screen_wait(ReasonDialog(title, question))
            if reason is not None:
                await act(reason)

    # ---- the demo ----------------------------------------------------------------------------

    async def start_lab(self) -> None:
        """Start the demo's routers and a speaker that acts as all nodes, with today's routes."""
        from lbtui.core.routing.announcements import announce

        speaker, lab = self.speaker, self.lab
        if speaker is None or lab is None:
            return
        async with self._told():
            await asyncio.gather(speaker.start(), lab.start())
            await self.analysed.wait()
            analysis: Any = self.state.analysis
            wanted: Announcements = await asyncio.to_thread(announce, analysis.tables)
            await lab.apply(wanted)
            await speaker.apply(wanted)

    @asynccontextmanager
    async def _told(self) -> AsyncIterator[None]:
        """Say on screen what went wrong outside."""
        try:
            yield
        except PortError as error:
            text = str(error)
            self.notify(text[:1].upper() + text[1:], severity="error", timeout=12, markup=False)


def _closing(
    verb: str, name: str, row: SessionRow, speaker: Speaker
) -> tuple[str, str, Callable[[str], Awaitable[Any]]]:
    """Title, question and deed of what closes a session."""
    sent = sum(counts.advertised for counts in row.families.values())
    routes = counted(sent, "route")
    if verb == "reset":
        question = f"The peer drops {routes} until the session is up again."
        return f"Reset {name}?", question, lambda reason: speaker.reset(row.id, reason)
    question = f"The peer drops {routes}; the session stays down until you enable it."
    return f"Hold {name} down?", question, lambda reason: speaker.enable(row.id, False, reason)
