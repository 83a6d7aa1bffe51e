"""Saving: what would be written, the question, and what to do when the store says no."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from lbtui.ports import ConflictError, PartialSaveError, PortError
from lbtui.tui import workspace
from lbtui.tui.dialogs.choice import Choice, ChoiceDialog, tell
from lbtui.tui.following import named
from lbtui.tui.settling import Unsettled, is_recreation_agreed, settle
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Line, Span, line

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
    from lbtui.core.objects.resources import MetalLBResource
    from lbtui.tui.app import LbtuiApp
    from lbtui.tui.view_state import ViewState

MOST_CLASHES = 5
"""How often in a row others may be quicker before the user is told."""
SLOW_SECONDS = 0.5
"""A store that takes longer is told of: a server far away, or one with slow webhooks."""
T = TypeVar("T")


class Saving:
    """Runs the dialogs of a save; edits are never dropped unless the user says so."""

    def __init__(self, app: LbtuiApp) -> None:
        """Work for one app."""
        self._app = app

    async def save(self) -> bool:
        """Show what it does, then save; whether everything is saved afterwards.

        What others changed meanwhile is brought in first, however often that happens.
        """
        clashes = 0
        while self._app.state.history.is_modified:
            state = self._app.state
            if state.read_only:
                await tell(self._app, "Nothing can be saved here", state.read_only)
                return False
            try:
                if await self._app.store.changed() and not await self._app.following.catch_up():
                    return False
                if not self._app.state.history.is_modified:
                    self._app.notify("What is there now already holds your edits.", timeout=5)
                    return True
                recreate = await self._confirmed()
                if recreate is None:
                    return False
                if not await self._write(recreate):
                    continue
                return not self._app.state.history.is_modified
            except ConflictError as error:
                # Noticed between the look and the writing, maybe before a look would show it.
                clashes += 1
                if clashes > MOST_CLASHES:
                    await tell(self._app, "Not saved", str(error), "Your edits are kept here.")
                    return False
                if not await self._app.following.catch_up():
                    return False
            except Unsettled:
                return False
            except PortError as error:
                await tell(self._app, "Not saved", str(error), "Your edits are kept here.")
                return False
        self._app.notify("Nothing to save.", timeout=3)
        return True

    async def _confirmed(self) -> frozenset[ResourceRef] | None:
        """What is to be deleted and made anew, all agreed to; None: nothing is to be saved."""
        from lbtui.tui.dialogs.review import ReviewDialog

        state = self._app.state
        changes = await self._told_if_slow(
            "Working out what is written, and what the server says to it.",
            self._app.store.changes(state.history.current),
        )
        dialog = ReviewDialog(f"Save to {state.title}?", state, changes)
        if await self._app.push_screen_wait(dialog) is not True:
            if self._app.state.history.current is state.history.current:
                self._app.change(workspace.judged(self._app.state, changes))
            return None
        recreate = frozenset(one.ref for one in changes if one.must_recreate and one.ref)
        if recreate and not await is_recreation_agreed(self._app, recreate):
            return None
        return recreate

    async def _write(self, recreate: frozenset[ResourceRef]) -> bool:
        """Save; False if a part is left that the user wants to try once more.

        Raises Unsettled if they do not, and PortError.
        """
        before = self._app.state.history.saved
        try:
            report = await self._told_if_slow(
                "Saving.", self._app.store.save(self._app.state.history.current, recreate=recreate)
            )
        except PartialSaveError as error:
            await settle(self._app, before, error, recreate)
            return False
        self._app.change(workspace.saved(self._app.state, report.snapshot))
        self._app.notify(f"Saved {named(report.files)}", timeout=5)
        return True

    async def _told_if_slow(self, text: str, work: Coroutine[Any, Any, T]) -> T:
        """What comes of the work; the user is told of it if it does not come at once."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait([task], timeout=SLOW_SECONDS)
            if not task.done():
                self._app.notify(text, timeout=3)
            return await task
        finally:
            task.cancel()

    async def reload(self) -> None:
        """Read the store again; edits stay on top of what is there now."""
        if self._app.state.snapshot is None:
            await self._app.feeds.read()
        elif await self._app.following.catch_up():
            kept = "; your edits are kept" if self._app.state.history.is_modified else ""
            self._app.notify(f"Read again{kept}.", timeout=4)

    async def leave(self) -> bool:
        """Whether the console may end: asks if something is not saved."""
        if not self._app.state.history.is_modified:
            return True
        lines = list(resource_change_lines(self._app.state))
        choices = [Choice("s", "save first", "save"), Choice("d", "drop the changes", "drop")]
        answer = await self._app.push_screen_wait(
            ChoiceDialog("Quit with unsaved changes?", lines, choices, stay="stay")
        )
        if answer == "save":
            return await self.save()
        return answer == "drop"


def resource_change_lines(state: ViewState) -> Iterator[Line]:
    """Resources that come, go and change, with old and new values of fields."""
    return set_change_lines(state.history.saved, state.history.current)


def set_change_lines(saved: ResourceSet, current: ResourceSet) -> Iterator[Line]:
    """What differs between two sets, with old and new values of fields."""
    from lbtui.core.routing.resource_diff import diff_resources

    diff = diff_resources(saved, current)
    respelled = {(one.ref, one.path): one for one in saved.respelled ^ current.respelled}
    for ref in diff.added:
        yield line(Span(f"{SYMBOLS.added} {ref}", "added"))
    for ref in diff.removed:
        yield line(Span(f"{SYMBOLS.withdrawn} {ref}", "withdrawn"))
    for ref, paths in diff.changed:
        yield line(Span(f"{SYMBOLS.changed} {ref}", "changed"))
        for path in paths:
            if (ref, path) in respelled:
                yield line(f"    {respelled[ref, path]}")
                continue
            old, new = _value(saved, ref, path), _value(current, ref, path)
            yield line(f"    {path}  ", Span(old, "muted"), f" {SYMBOLS.arrow} {new}")


def _value(resources: ResourceSet, ref: ResourceRef, path: str) -> str:
    """A field's value as text; secrets stay hidden."""
    from lbtui.core.editing.edit import field_to_text, get_field
    from lbtui.core.editing.fields import field_at

    resource: Any = resources.get(ref)
    value = get_field(resource, path)
    kind: type[MetalLBResource] = type(resource)
    spec = field_at(kind, path)
    text = field_to_text(spec, value) if spec is not None else str(value or "")
    return text.replace("\n", "; ") or "not set"
