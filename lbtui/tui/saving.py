"""Saving: what would be written, the question, and what to do when the store says no."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lbtui.ports import ConflictError, PortError
from lbtui.tui import workspace
from lbtui.tui.dialogs.choice import Choice, ChoiceDialog
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import BLANK, Line, Span, line

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
    from lbtui.core.objects.resources import MetalLBResource
    from lbtui.tui.app import LbtuiApp
    from lbtui.tui.view_state import ViewState


class Saving:
    """Runs the dialogs of a save; edits are never dropped unless the user says so."""

    def __init__(self, app: LbtuiApp) -> None:
        """Work for one app."""
        self._app = app

    async def save(self) -> bool:
        """Ask, then save; whether everything is saved afterwards."""
        state = self._app.state
        if not state.history.is_modified:
            self._app.notify("Nothing to save.", timeout=3)
            return True
        if state.read_only:
            await self._tell("Nothing can be saved here", state.read_only)
            return False
        dialog = ChoiceDialog(
            f"Save to {state.title}?", list(save_lines(state)), [Choice("s", "save", "save")]
        )
        if await self._app.push_screen_wait(dialog) != "save":
            return False
        return await self._write(overwrite=False)

    async def _write(self, overwrite: bool) -> bool:
        wanted = self._app.state.history.current
        try:
            report = await self._app.store.save(wanted, overwrite=overwrite)
        except ConflictError as error:
            return await self._resolve(error)
        except PortError as error:
            await self._tell("Not saved", str(error), "Your edits are kept here.")
            return False
        self._app.change(workspace.saved(self._app.state, report))
        self._app.notify(f"Saved {', '.join(report.files)}", timeout=5)
        return not self._app.state.history.is_modified

    async def _resolve(self, error: ConflictError) -> bool:
        """The files changed underneath: read them again, write over them, or leave it."""
        lines = [
            line(Span(str(error), "warning")),
            BLANK,
            *(line(f"  {file}") for file in error.files),
            BLANK,
            line("Reading again keeps your edits on top of what is there now; where both changed"),
            line("one resource, yours counts, and = shows the difference before you save."),
        ]
        choices = [
            Choice("r", "read again, keep my edits", "reload"),
            Choice("o", "overwrite what is there", "overwrite"),
        ]
        answer = await self._app.push_screen_wait(
            ChoiceDialog("Changed on disk since it was read", lines, choices)
        )
        if answer == "overwrite":
            return await self._write(overwrite=True)
        if answer == "reload":
            await self.reload()
        return False

    async def reload(self) -> None:
        """Read the store again; edits stay on top of what is there now."""
        state = self._app.state
        try:
            snapshot = await self._app.store.load()
        except PortError as error:
            await self._tell("Not read", str(error), "Your edits are kept here.")
            return
        resources = workspace.rebased(state, snapshot)
        self._app.change(workspace.reloaded(self._app.state, snapshot, resources))
        self._app.notify("Read again; your edits are kept.", timeout=4)

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

    async def _tell(self, title: str, *texts: str) -> None:
        lines = [line(text) for text in texts]
        await self._app.push_screen_wait(ChoiceDialog(title, lines, [], stay="close"))


def save_lines(state: ViewState) -> Iterator[Line]:
    """Files, fields and routes that change."""
    from lbtui.tui.dialogs.consequences import route_change_lines

    files = sorted(set(_files(state)))
    if files:
        yield line(Span("Files  ", "muted"), ", ".join(files))
        yield BLANK
    yield from resource_change_lines(state)
    yield BLANK
    if state.is_current and state.analysis and state.saved_analysis and state.route_diff:
        old, new = state.saved_analysis.tables, state.analysis.tables
        yield from route_change_lines(state.route_diff, old.nodes, new.nodes)
    else:
        yield line(Span("The routes are still being worked out.", "muted"))


def _files(state: ViewState) -> Iterator[str]:
    from lbtui.core.routing.resource_diff import diff_resources

    diff = diff_resources(state.history.saved, state.history.current)
    locate = state.snapshot.locate if state.snapshot is not None else {}
    for ref in (*diff.removed, *(ref for ref, _ in diff.changed)):
        if ref in locate:
            yield locate[ref]("").file


def resource_change_lines(state: ViewState) -> Iterator[Line]:
    """Resources that come, go and change, with old and new values of fields."""
    from lbtui.core.routing.resource_diff import diff_resources

    saved, current = state.history.saved, state.history.current
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
