"""A resource's manifest in the user's own editor and back; what was typed is never lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from lbtui.core.objects.resources import MetalLBResource
from lbtui.ports import ManifestEditor, PortError
from lbtui.tui import workspace
from lbtui.tui.dialogs.choice import Choice, ChoiceDialog, tell
from lbtui.tui.editing import edit_label
from lbtui.tui.manifest_draft import Judged, judge, shown_text
from lbtui.tui.text import BLANK, Line, Span, line

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
    from lbtui.tui.app import LbtuiApp

NOTE = "#: "
"""Begins the lines that lbtui writes into the text, and takes out again."""


class ExternalEditing:
    """Suspends the console for the editor, and asks what to do with a text that is wrong."""

    def __init__(self, app: LbtuiApp, editor: ManifestEditor | None) -> None:
        """Work for one app; None: there is no editor here."""
        self._app, self._editor = app, editor

    async def edit(self, ref: ResourceRef | None) -> None:
        """Edit a resource; in the end it is staged, or nothing is and the text is kept."""
        app, editor = self._app, self._editor
        resource = app.state.history.current.get(ref) if ref is not None else None
        if editor is None or ref is None or not isinstance(resource, MetalLBResource):
            app.notify("There is nothing to edit under the cursor.", timeout=3)
            return
        shown = shown_text(app.store, editor, app.state.history.current, ref)
        assert shown is not None
        original = text = shown.text
        notes = [f"{ref}: save and leave the editor to take it, or leave it unchanged."]
        if shown.notice:
            notes.append(shown.notice)
        while (typed := await self._typed(editor, text, ref, notes)) is not None:
            text = typed
            judged = judge(
                app.state.history.current,
                editor.read(text, app.namespace),
                ref,
                resource,
                shown.omitted,
            )
            answer = await self._ask(judged) if judged.has_problems else "take"
            if answer == "take" and judged.resources is not None:
                resources = shown.staged(app.store, judged.resources, ref, text)
                label = edit_label(ref, judged.ref, app.state.history.current, resources)
                self._stage(label, resources, judged.ref)
                return
            if answer != "edit":
                break
            notes = judged.notes()
        if text == original:
            app.notify("Nothing was changed.", timeout=3)
        else:
            await self._leave(editor, text, ref)

    async def _typed(
        self, editor: ManifestEditor, text: str, ref: ResourceRef, notes: Sequence[str]
    ) -> str | None:
        """The text as the user leaves it; None if it is the same, or the editor failed."""
        self._app.journaling.flush()  # the event loop stands still meanwhile
        header = "".join(f"{NOTE}{note}\n" for note in notes)
        edited, problem = "", ""
        try:
            with self._app.suspend():
                try:  # inside, for an error that gets out would leave the terminal suspended
                    edited = editor.edit(header + text, ref.name)
                except PortError as error:
                    problem = str(error)
        except SuspendNotSupported:
            problem = "This terminal cannot be given to an editor."
        if problem:
            await tell(self._app, "Nothing was taken", problem)
            return None
        lines = edited.splitlines(keepends=True)
        typed = "".join(kept for kept in lines if not kept.startswith(NOTE.strip()))
        return typed if typed != text else None

    def _stage(self, label: str, resources: ResourceSet, ref: ResourceRef) -> None:
        app = self._app
        app.change(workspace.edited(app.state, label, resources))
        app.call_later(app.main.show_resource, ref)

    async def _ask(self, judged: Judged) -> str | None:
        lines: list[Line] = [line(Span(text, "warning")) for text in judged.words(0)]
        lines += [BLANK, line("Nothing of what you typed is lost: esc leaves it in a file.")]
        choices = [Choice("e", "edit again", "edit")]
        if judged.resources is not None:
            choices.append(Choice("t", "take it all the same", "take"))
        dialog = ChoiceDialog("Not taken yet", lines, choices, stay="leave it in a file")
        return await self._app.push_screen_wait(dialog)

    async def _leave(self, editor: ManifestEditor, text: str, ref: ResourceRef) -> None:
        try:
            where = editor.keep(text, ref.name)
        except PortError as error:
            await tell(self._app, "It could not be kept", str(error), *text.splitlines())
        else:
            await tell(self._app, "Nothing was taken", f"What you typed is in {where}")
