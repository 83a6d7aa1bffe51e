"""What a save to a cluster may need beyond a yes: parts that were not saved, objects made anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from lbtui.ports import PartialSaveError, PortError
from lbtui.tui import workspace
from lbtui.tui.dialogs.choice import Choice, ChoiceDialog, tell
from lbtui.tui.following import named
from lbtui.tui.text import BLANK, Line, Span, line

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
    from lbtui.tui.app import LbtuiApp

_AGAIN, _BACK = "again", "back"


class Unsettled(Exception):
    """A part was saved, and the user leaves it so, or had it taken back."""


async def is_recreation_agreed(app: LbtuiApp, refs: Collection[ResourceRef]) -> bool:
    """Whether the user agrees to lose, for a moment, the routes that go with these objects."""
    from lbtui.tui.dialogs.consequences import ConsequencesDialog

    names = ", ".join(map(str, sorted(refs)))
    lines = [
        line(Span(names, "strong")),
        line("A field changes that never can: it is deleted and made anew. In between these go:"),
        BLANK,
    ]
    state = app.state
    dialog = ConsequencesDialog(
        "Delete and make anew?",
        state,
        state.history.current.without(*refs),
        lines,
        [Choice("d", "delete and make anew", _AGAIN)],
    )
    return await app.push_screen_wait(dialog) == _AGAIN


async def settle(
    app: LbtuiApp,
    before: ResourceSet,
    error: PartialSaveError,
    recreate: Collection[ResourceRef],
) -> None:
    """Show what was done and what was not; returns if the rest is to be tried again.

    Args:
        app: the console.
        before: what the store held before the save.
        error: what was done.
        recreate: objects that may be made anew, also to take a change back.

    Raises Unsettled if there is nothing to go on with.
    """
    while True:
        app.change(workspace.saved(app.state, error.snapshot))
        choices = [Choice("r", "try the rest again", _AGAIN), Choice("b", "take it back", _BACK)]
        dialog = ChoiceDialog(
            "Only a part was saved", list(_words(error)), choices, stay="leave it so"
        )
        answer = await app.push_screen_wait(dialog)
        if answer == _AGAIN:
            return
        if answer != _BACK:
            raise Unsettled
        try:
            report = await app.store.save(before, recreate=recreate)
        except PartialSaveError as further:
            error = further
            continue
        except PortError as refusal:
            await tell(app, "Not taken back", str(refusal), "Your edits are kept here.")
            raise Unsettled from None
        app.change(workspace.saved(app.state, report.snapshot))
        app.notify(f"Taken back: {named(report.files)}. Your edits are kept here.", timeout=8)
        raise Unsettled


def _words(error: PartialSaveError) -> Iterator[Line]:
    yield from (line(text) for text in str(error).splitlines())
    yield BLANK
    yield line("Your edits are kept here, whatever you choose.")
