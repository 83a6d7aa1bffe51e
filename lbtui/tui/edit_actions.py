"""What the user can do with resources: edit, new, duplicate, delete, undo, save.

A part of the application class; the dialogs behind it are in `editing`, `saving`, ...
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lbtui.tui import workspace
from lbtui.tui.asking import AskingApp
from lbtui.tui.status_lines import reading_text

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from lbtui.ports import ManifestEditor
    from lbtui.tui.copying import Copying
    from lbtui.tui.editing import Editing
    from lbtui.tui.external_editing import ExternalEditing
    from lbtui.tui.marked_editing import MarkedEditing
    from lbtui.tui.saving import Saving
    from lbtui.tui.text_editing import TextEditing
    from lbtui.tui.view_state import ViewState


FORM_SECONDS = 0.2
"""After which a form that was asked for is up."""


class EditActions(AskingApp):
    """Actions of the application that change resources, or write them."""

    state: ViewState
    copying: Copying
    editing: Editing
    external: ExternalEditing
    marked: MarkedEditing
    saving: Saving
    texts: TextEditing
    editor: ManifestEditor | None
    change: Callable[[ViewState], None]

    def action_undo(self) -> None:
        """Take the last edit back."""
        history = self.state.history
        if history.can_undo:
            self.notify(f"Undone: {history.undo_label}", timeout=3)
            self.change(workspace.undone(self.state))

    def action_redo(self) -> None:
        """Do the edit again that was taken back last."""
        history = self.state.history
        if history.can_redo:
            self.notify(f"Done again: {history.redo_label}", timeout=3)
            self.change(workspace.redone(self.state))

    def action_edit(self) -> None:
        """Edit the selected resource, or all that are marked."""
        self._warn("patch")
        marked = self.main.view.marked_refs
        if marked:
            self._begin_edit(self.marked.edit(marked))
        else:
            self._begin_edit(self.editing.edit(self.main.selected_ref))

    def action_copy(self) -> None:
        """Copy what is under the cursor."""
        self.ask(self.copying.copy())

    def action_edit_outside(self) -> None:
        """Edit the selected resource's manifest in the user's own editor."""
        self._warn("patch")
        self._begin_edit(self.external.edit(self.main.selected_ref))

    def action_new(self) -> None:
        """Make a resource of the kind that is shown."""
        self._warn("create")
        self._begin_edit(self.editing.new(self.main.view.kind))

    def action_new_text(self) -> None:
        """Make a resource from a manifest's text."""
        self._begin_edit(self.texts.new(self.main.view.kind))

    def action_duplicate(self) -> None:
        """Make a resource like the selected one."""
        self._warn("create")
        self._begin_edit(self.editing.duplicate(self.main.selected_ref))

    def action_steps(self) -> None:
        """List the steps, to go to one of them."""
        self.ask(self.editing.steps())

    def action_delete(self) -> None:
        """Delete the selected resource, or all that are marked."""
        self._warn("delete")
        marked, selected = self.main.view.marked_refs, self.main.selected_ref
        self._begin_edit(
            self.editing.delete(marked or ((selected,) if selected is not None else ()))
        )

    def action_fix(self) -> None:
        """Mend the selected finding."""
        self.editing.fix(self.main.view.selected_edit)

    def _begin_edit(self, work: Coroutine[Any, Any, None]) -> None:
        """Run an edit, once everything was read that it may concern."""
        if self.state.snapshot is not None:
            self.ask(work)
            return
        work.close()
        self.notify(f"Nothing can be edited yet: {reading_text(self.state)}.", timeout=3)

    def _warn(self, verb: str) -> None:
        """Say beforehand if what is begun could not be saved."""
        kind = self.main.view.kind
        reason = workspace.reason_against(self.state, verb, kind.kind) if kind is not None else ""
        if reason:
            # Once the form is up: a message belongs to the screen that it came up on.
            say = partial(self.notify, reason, severity="warning", timeout=6)
            self.set_timer(FORM_SECONDS, say)

    def action_save(self) -> None:
        """Save all edits."""
        self.ask(self.saving.save())

    def action_reload(self) -> None:
        """Read the store again, edits kept."""
        self.ask(self.saving.reload())

    def action_yaml(self) -> None:
        """The manifest of the selected resource: to edit, or to read where it is only read."""
        from lbtui.core.objects.resources import MetalLBResource
        from lbtui.tui.dialogs.reading import ReadingDialog, manifest_lines

        ref = self.main.selected_ref
        resource = self.state.history.current.get(ref) if ref is not None else None
        if ref is None or resource is None:
            self.notify("There is no resource under the cursor.", timeout=3)
        elif self.editor is not None and isinstance(resource, MetalLBResource):
            self._begin_edit(self.texts.edit(ref))
        else:
            self.push_screen(ReadingDialog(f"{ref}", list(manifest_lines(resource))))
