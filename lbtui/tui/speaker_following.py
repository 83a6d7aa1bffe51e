"""Gives every valid edit to the speaker by itself, while the user wants that."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from lbtui.ports import PortError, Speaker
from lbtui.tui.text import line

if TYPE_CHECKING:
    from textual.timer import Timer

    from lbtui.core.analysis import Analysis
    from lbtui.core.routing.announcements import Announcements
    from lbtui.core.routing.apply_plan import ApplyPlan
    from lbtui.tui.app import LbtuiApp
    from lbtui.tui.view_state import ViewState

QUIET_SECONDS = 0.5
"""How long the working set must stay as it is: steps that u takes back are sent as one."""


class SpeakerFollowing:
    """Applies what was worked out last; asks before a session goes down, and never sends errors."""

    def __init__(self, app: LbtuiApp) -> None:
        """Begin switched off."""
        self._app = app
        self._timer: Timer | None = None
        self._is_busy = False
        self._seen: tuple[Analysis, bool] | None = None
        self._awaits_edit = False

    def await_edit(self) -> None:
        """On from the first edit: merely opening something gives the speaker nothing."""
        if self._app.speaker is not None:
            self._awaits_edit = True
            self._say("on")

    def switch(self) -> None:
        """On, or off again."""
        app = self._app
        if app.state.following is not None:
            self._say(None)
            app.notify("Edits stay here until A applies them.", timeout=4)
        elif app.speaker is None:
            app.notify("There is no speaker to talk to here.", severity="warning")
        elif app.preferences.is_read_only:
            app.notify("Opened read-only: nothing is applied.", severity="warning")
        else:
            self._seen, self._awaits_edit = None, False
            self._say("on")

    def notice(self) -> None:
        """Called with every new state: begin to wait if there is something that was not sent."""
        state = self._app.state
        if state.following is None or not state.is_current or state.analysis is None:
            return
        self._awaits_edit = self._awaits_edit and not state.history.is_modified
        if self._awaits_edit:
            return
        seen = (state.analysis, state.speaker.is_running)
        if self._seen is not None and all(
            now is before for now, before in zip(seen, self._seen, strict=True)
        ):
            return
        self._seen = seen
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._app.set_timer(QUIET_SECONDS, self._begin)

    def _begin(self) -> None:
        if self._is_busy:
            self._seen = None  # the work under way looks again when it ends
            return
        self._is_busy = True
        self._app.run_worker(self._run(), group="speaker-following", exclusive=False)

    async def _run(self) -> None:
        speaker, analysis = self._app.speaker, self._app.state.analysis
        try:
            if speaker is not None and analysis is not None and self._is_wanted(analysis):
                self._say(await self._send(speaker, analysis))
        except PortError as error:
            self._say(f"failed: {error}")
        finally:
            self._is_busy = False
        self.notice()

    def _is_wanted(self, analysis: Analysis) -> bool:
        """Whether this is still what the user sees, and still to be sent."""
        state = self._app.state
        return state.following is not None and state.is_current and state.analysis is analysis

    def _say(self, text: str | None) -> None:
        """Show it in the line of the sessions, unless it was switched off meanwhile."""
        app = self._app
        if text is None or text == "on" or app.state.following is not None:
            app.change(replace(app.state, following=text))

    async def _send(self, speaker: Speaker, analysis: Analysis) -> str:
        """Apply if nothing speaks against it; what was done, or why not."""
        from lbtui.core.routing.announcements import announce
        from lbtui.core.routing.apply_plan import plan_apply

        state = self._app.state
        if not state.speaker.is_running:
            return "waits: the speaker does not run"
        if _has_refusals(state, analysis):
            return "waits: the working set has errors"
        if state.lab_mapping.problems:
            return "waits: the lab's addresses cannot be understood"
        current = await speaker.configuration()
        if current is None or not current.nodes:
            return "waits: A chooses first which nodes to act as"
        names = [node.name for node in current.nodes if node.name in analysis.tables.nodes]
        announced = await asyncio.to_thread(announce, analysis.tables, names)
        wanted = state.lab_mapping.relocated(announced)
        plan = await asyncio.to_thread(plan_apply, current, wanted)
        if plan.is_empty:
            return "nothing to send"
        if plan.closed or plan.reset:
            work = self._ask(speaker, analysis, wanted, plan)
            self._app.run_worker(self._app.when_free(work), group="speaker-question")
            return "waits: sessions would go down"
        if not self._is_wanted(analysis):
            return "on"
        return await self._apply(speaker, wanted, plan)

    async def _apply(self, speaker: Speaker, wanted: Announcements, plan: ApplyPlan) -> str:
        generation = await speaker.apply(wanted)
        return f"generation {generation}: {in_short(plan)}"

    async def _ask(
        self, speaker: Speaker, analysis: Analysis, wanted: Announcements, plan: ApplyPlan
    ) -> None:
        """Show what goes down, and apply only if the user says so."""
        from lbtui.tui.dialogs.choice import Choice, ChoiceDialog
        from lbtui.tui.views.apply_words import consequences

        if not self._is_wanted(analysis):
            return
        answer = await self._app.push_screen_wait(
            ChoiceDialog(
                "Give this edit to the speaker?",
                [line(text) for text in consequences(plan)],
                [Choice("A", "apply", "apply")],
                "not now",
            )
        )
        if answer != "apply" or not self._is_wanted(analysis):
            self._say("not sent: A applies it")
            return
        try:
            self._say(await self._apply(speaker, wanted, plan))
        except PortError as error:
            self._say(f"failed: {error}")


def _has_refusals(state: ViewState, analysis: Analysis) -> bool:
    """Whether there are errors that MetalLB refuses; a name that leads nowhere stops nothing."""
    from lbtui.core.lint import RULES

    accepted = {rule.code for rule in RULES}
    read = state.snapshot.diagnostics if state.snapshot is not None else ()
    return not analysis.config.is_valid or any(
        one.is_error and one.code not in accepted for one in (*read, *analysis.diagnostics)
    )


def in_short(plan: ApplyPlan) -> str:
    """The consequences for one line: "1 added, 2 changed to 3 peers"."""
    counts = (
        ("opened", len(plan.opened)),
        ("closed", len(plan.closed)),
        ("reset", len(plan.reset)),
    )
    words = [
        f"{count} session{'' if count == 1 else 's'} {what}" for what, count in counts if count
    ]
    routes = [
        f"{count} {what}"
        for what in ("added", "withdrawn", "changed")
        if (count := sum(len(getattr(peer, what)) for peer in plan.routes))
    ]
    if routes:
        peers = len(plan.routes)
        words.append(f"routes {', '.join(routes)} at {peers} peer{'' if peers == 1 else 's'}")
    return ", ".join(words)
