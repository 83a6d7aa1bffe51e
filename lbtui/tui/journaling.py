"""Staged edits are kept outside the console, and those of a console that died are offered."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from lbtui.ports import Journal, LeftBehind, PortError
from lbtui.tui import workspace
from lbtui.tui.dialogs.choice import Choice, ChoiceDialog, tell
from lbtui.tui.text import BLANK, Line, Span, line

if TYPE_CHECKING:
    from lbtui.core.editing.history import History
    from lbtui.core.editing.open_draft import OpenDraft
    from lbtui.core.editing.staged import Restored
    from lbtui.tui.app import LbtuiApp

Typed: TypeAlias = "Callable[[], OpenDraft | None]"
"""Gives what is being typed, None if nothing is that is not accepted."""

DELAY_SECONDS = 0.3
"""From an edit until it is written; further edits meanwhile go with it."""


class Journaling:
    """Writes beside the event loop, never more often than needed; failure is told, once."""

    def __init__(self, app: LbtuiApp, journal: Journal | None) -> None:
        """Keep the edits of one app; without a journal nothing is kept."""
        self._app, self._journal = app, journal
        self._lock = threading.Lock()
        self._kept: History | None = None
        self._typed: Typed | None = None
        self._kept_draft: OpenDraft | None = None
        self._number = self._written = 0
        self._is_waiting = self._is_broken = self._is_over = False

    # ---- what is being typed -------------------------------------------------------------------

    def watch(self, typed: Typed | None) -> None:
        """From now on keep what `typed` gives, too; None: nothing is being typed any more.

        Whoever begins ends it when the user is done, and never because the console ends.
        """
        self._typed = typed
        self.follow()

    @property
    def _draft(self) -> OpenDraft | None:
        return self._typed() if self._typed is not None else None

    # ---- keeping -----------------------------------------------------------------------------

    def follow(self) -> None:
        """The state is another one; if its edits are, keep them soon."""
        if self._journal is None or self._is_waiting or self._is_over:
            return
        if self._app.state.snapshot is not None and self._is_news():
            self._is_waiting = True
            self._app.run_worker(self._keep_soon(), group="journal", exclusive=False)

    def _is_news(self) -> bool:
        history, kept = self._app.state.history, self._kept
        if self._draft != self._kept_draft:
            return True
        if kept is None:
            return history.is_modified
        return history.current is not kept.current or history.saved is not kept.saved

    async def _keep_soon(self) -> None:
        await asyncio.sleep(DELAY_SECONDS)
        self._is_waiting = False
        problem = await asyncio.to_thread(self._keep, *self._next())
        self._tell_problem(problem)

    def flush(self) -> None:
        """Keep what is staged now, before this returns."""
        if self._journal is not None and not self._is_over and self._is_news():
            self._tell_problem(self._keep(*self._next()))

    def finish(self) -> None:
        """The user is done: everything is saved, or dropped on purpose."""
        self._is_over = True
        if self._journal is not None:
            with self._lock:
                self._journal.clear()

    def _next(self) -> tuple[History, OpenDraft | None, int]:
        self._kept, self._kept_draft = self._app.state.history, self._draft
        self._number += 1
        return self._kept, self._kept_draft, self._number

    def _keep(self, history: History, draft: OpenDraft | None, number: int) -> str:
        """Write, unless something newer is written already; what went wrong, if anything."""
        from lbtui.core.editing.staged import staged_edits, to_json

        assert self._journal is not None
        with self._lock:
            if number < self._written or self._is_over:
                return ""
            self._written = number
            if not history.is_modified and draft is None:
                self._journal.clear()
                return ""
            try:
                staged = staged_edits(history.saved, history.current, draft)
                self._journal.write(to_json(staged))
            except PortError as error:
                return str(error)
        return ""

    def _tell_problem(self, problem: str) -> None:
        if problem and not self._is_broken and self._app.is_running:
            self._app.notify(
                f"Edits are not kept safe until they are saved: {problem}",
                severity="warning",
                timeout=15,
            )
        self._is_broken = bool(problem)

    # ---- restoring ---------------------------------------------------------------------------

    async def offer(self) -> None:
        """Ask for each journal that was left behind what is to become of it."""
        if self._journal is None:
            return
        try:
            found = await asyncio.to_thread(self._journal.left_behind)
        except PortError as error:
            self._app.notify(f"Edits of an earlier session cannot be looked for: {error}")
            return
        if found:
            await self._app.when_free(self._offer_all(self._journal, found))

    async def _offer_all(self, journal: Journal, found: Sequence[LeftBehind]) -> None:
        for left in found:
            await self._offer_one(journal, left)

    async def _offer_one(self, journal: Journal, left: LeftBehind) -> None:
        from lbtui.core.editing.staged import from_json, restore

        try:
            staged = from_json(left.text)
            restored = restore(staged, self._app.state.history.saved)
        except ValueError as error:
            aside = journal.set_aside(left)
            await tell(
                self._app,
                "Edits of an earlier session cannot be read",
                f"They were damaged, or written by another version of lbtui ({error}).",
                f"They stay in {aside}.",
            )
            return
        choices = [Choice("r", "restore", "restore"), Choice("d", "discard", "discard")]
        dialog = ChoiceDialog(
            "Restore edits that were not saved?",
            [*_offer_lines(left, restored), *_draft_lines(staged.draft)],
            choices,
            stay="decide later",
        )
        answer = await self._app.push_screen_wait(dialog)
        is_restored = answer == "restore" and await self._restore(restored)
        if answer != "discard" and not is_restored:
            journal.release(left)
            return
        draft = staged.draft if is_restored else None
        self.watch((lambda: draft) if draft is not None else None)
        self.flush()  # the edits are kept under this console's name before the other's go
        journal.discard(left)
        if draft is not None:
            await self._go_on(draft)

    async def _go_on(self, draft: OpenDraft) -> None:
        """Open again what was open, with what was typed."""
        app = self._app
        gone = [ref for ref in draft.refs if ref not in app.state.history.current]
        if gone:
            typed = [f"  {path}: {text}" for path, text in draft.texts.items()]
            names = ", ".join(map(str, gone))
            await tell(app, f"{names}: not there any more", "This was typed for it:", *typed)
        if draft.text is not None:
            await app.texts.go_on(draft)
        elif len(draft.members) > 1:
            await app.marked.edit(draft.refs, draft)
        else:
            await app.editing.go_on(draft)
        self.watch(None)

    async def _restore(self, restored: Restored) -> bool:
        """Put the edits on top of what the source holds; whether that was done."""
        from lbtui.core.editing.merge import merge
        from lbtui.tui.dialogs.clashes import ClashDialog

        app = self._app
        if restored.base == restored.mine:
            return True  # nothing was accepted, there is only an open form
        now = app.state.history.current
        merged = merge(restored.base, restored.mine, now)
        if merged.unread:
            names = ", ".join(map(str, merged.unread))
            await tell(
                app,
                "Cannot be restored yet",
                f"{names}: what stands there now cannot be read; the findings say why.",
                "Mend that and start again. The edits stay where they are kept.",
            )
            return False
        if merged.clashes:
            chosen = await app.push_screen_wait(
                ClashDialog(merged.clashes, "edited then and changed since")
            )
            if chosen is None:
                return False
            merged = merge(restored.base, restored.mine, now, chosen)
        app.change(workspace.edited(app.state, "restore the edits", merged.resources))
        if restored.lost:
            await tell(app, "Restored, but for what is secret", *_lost_words(restored))
        elif app.state.history.is_modified:
            app.notify("Restored. u takes it back, = shows the differences.", timeout=6)
        else:
            app.notify("What is there now holds these edits already.", timeout=6)
        return True


def _offer_lines(left: LeftBehind, restored: Restored) -> Sequence[Line]:
    from lbtui.tui.saving import set_change_lines

    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(left.when))
    changes = list(set_change_lines(restored.base, restored.mine))
    lost = [line(Span(text, "warning")) for text in _lost_words(restored)] if restored.lost else []
    return [
        line(f"lbtui ended before this of {when} was saved:"),
        BLANK,
        *([*changes, BLANK] if changes else []),
        *lost,
    ]


def _draft_lines(draft: OpenDraft | None) -> Sequence[Line]:
    if draft is None:
        return []
    typed = [f"{path.removeprefix('spec.')}: {text}" for path, text in draft.texts.items()]
    return [
        line(f"{draft.what} was open, with what was typed and not accepted yet:"),
        *(line(f"  {text}") for text in (typed if draft.text is None else ["its text"])),
        *(line(Span(f"  {path} is secret, was not kept", "warning")) for path in draft.lost),
        BLANK,
    ]


def _lost_words(restored: Restored) -> list[str]:
    return [
        "Secrets are never kept. What has to be typed again:",
        *(f"  {ref} {path}" for ref, path in restored.lost),
    ]
