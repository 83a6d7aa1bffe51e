"""Commands that change the working set: edit, new, delete; each ends in one step of the history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lbtui.core.objects.resources import EDITABLE, MetalLBResource
from lbtui.tui import workspace
from lbtui.tui.text import BLANK, Line, Span, line

if TYPE_CHECKING:
    from lbtui.core.editing.open_draft import OpenDraft
    from lbtui.core.objects.repairs import Repair
    from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
    from lbtui.tui.app import LbtuiApp
    from lbtui.tui.form import Form
    from lbtui.tui.screens.draft_preview import LinesOf
    from lbtui.tui.screens.form import Accepted


class Editing:
    """Runs the dialogs of an edit, then hands the new working set to the app."""

    def __init__(self, app: LbtuiApp) -> None:
        """Work for one app."""
        self._app = app

    async def edit(self, ref: ResourceRef | None) -> None:
        """Edit a resource in a form."""
        resource = self._app.state.history.current.get(ref) if ref is not None else None
        if ref is None or resource is None:
            self._app.notify("There is nothing to edit under the cursor.", timeout=3)
        elif not isinstance(resource, MetalLBResource):
            self._app.notify(f"A {ref.kind} is only read here, never edited.", timeout=4)
        else:
            await self._form(resource, ref, f"Edit {ref}")

    async def new(self, kind: type[MetalLBResource] | None) -> None:
        """Make a resource in a form."""
        if kind is None:
            self._app.notify("n makes a resource in the views that are edited: 1 to 4.", timeout=4)
            return
        resource = first_of(kind, self._app.state.history.current, self._app.namespace)
        await self._form(resource, None, f"New {kind.kind}")

    async def _form(
        self,
        resource: MetalLBResource,
        ref: ResourceRef | None,
        title: str,
        typed: OpenDraft | None = None,
    ) -> None:
        from lbtui.tui.form import Form

        form = Form(self._app.state.history.current, resource, ref)
        if typed is not None:
            form.go_on(typed)
        accepted = await self.open(form, title)
        if accepted is not None:
            label = f"make {accepted.ref}"
            if ref is not None:
                label = edit_label(ref, accepted.ref, form.resources, accepted.resources)
            await self.stage(label, accepted)

    async def open(
        self, form: Form, title: str, lines_of: LinesOf | None = None
    ) -> Accepted | None:
        """Open a form, what is typed kept in the journal until the user is done with it."""
        from lbtui.tui.screens.draft_preview import resource_preview
        from lbtui.tui.screens.form import FormScreen

        journaling, state = self._app.journaling, self._app.state
        journaling.watch(lambda: form.typed() if form.is_modified else None)
        accepted = await self._app.push_screen_wait(
            FormScreen(form, state, title, lines_of or resource_preview, journaling.follow)
        )
        journaling.watch(None)
        return accepted

    async def go_on(self, typed: OpenDraft) -> None:
        """Open a form again, with what was typed in it when the console ended."""
        current = self._app.state.history.current
        if not typed.members:
            resource = typed.new_resource()
            await self._form(resource, None, f"New {resource.kind}", typed)
            return
        ref = typed.refs[0]
        found = current.get(ref)
        if isinstance(found, MetalLBResource):
            await self._form(found, ref, f"Edit {ref}", typed)

    async def stage(self, label: str, accepted: Accepted) -> None:
        """Make an accepted edit a step of the history, and show what was edited."""
        self._app.change(workspace.edited(self._app.state, label, accepted.resources))
        await self._app.main.show_resource(accepted.ref)

    async def duplicate(self, ref: ResourceRef | None) -> None:
        """Make a resource like another in a form, under the first name that is free."""
        from lbtui.core.editing.edit import duplicate_resource, free_name

        current = self._app.state.history.current
        resource = current.get(ref) if ref is not None else None
        if ref is None or not isinstance(resource, MetalLBResource):
            self._app.notify("There is nothing to duplicate under the cursor.", timeout=3)
            return
        name = free_name(current, ref.kind, f"{ref.name}-2", ref.namespace)
        copy = duplicate_resource(resource, name)
        await self._form(copy, None, f"Duplicate of {ref}")

    async def steps(self) -> None:
        """Show the steps done and undone, and go to the one chosen."""
        from lbtui.tui.dialogs.steps import StepsDialog

        state = self._app.state
        if not state.history.steps:
            self._app.notify("Nothing was edited yet.", timeout=3)
            return
        position = await self._app.push_screen_wait(StepsDialog(state.history))
        if position is not None and position <= len(self._app.state.history.steps):
            self._app.change(workspace.at_step(self._app.state, position))

    def fix(self, repair: Repair | None) -> None:
        """Carry out a finding's edit, as one step that can be undone."""
        from lbtui.core.editing.edit import apply_repair

        current = self._app.state.history.current
        if repair is None:
            text = "f mends a finding that shows an edit; other findings need a decision."
            self._app.notify(text, timeout=4)
            return
        mended = apply_repair(current, repair)
        if mended is None:
            self._app.notify("That has changed meanwhile; wait for the new findings.", timeout=4)
            return
        self._app.change(workspace.edited(self._app.state, str(repair), mended))
        self._app.notify(f"Done: {repair}. u takes it back.", timeout=4)

    async def delete(self, refs: Sequence[ResourceRef]) -> None:
        """Delete resources as one step, after showing what goes with them."""
        from lbtui.tui.dialogs.choice import Choice
        from lbtui.tui.dialogs.consequences import ConsequencesDialog

        current = self._app.state.history.current
        refs = [ref for ref in refs if isinstance(current.get(ref), MetalLBResource)]
        if not refs:
            self._app.notify("There is nothing to delete under the cursor.", timeout=3)
            return
        without = current.without(*refs)
        what = several(refs)
        dialog = ConsequencesDialog(
            f"Delete {what}?",
            self._app.state,
            without,
            [*_listed(refs), *_mention_lines(current, refs)],
            [Choice("d", "delete", "delete")],
        )
        if await self._app.push_screen_wait(dialog) == "delete":
            self._app.change(workspace.edited(self._app.state, f"delete {what}", without))


def several(refs: Sequence[ResourceRef]) -> str:
    """One resource by its name, more of a kind by their number."""
    return str(refs[0]) if len(refs) == 1 else f"{len(refs)} {refs[0].kind}s"


def first_of(
    kind: type[MetalLBResource], resources: ResourceSet, namespace: str
) -> MetalLBResource:
    """A new resource with nothing but a name that is free."""
    from lbtui.core.editing.edit import free_name, new_resource

    wanted = f"new-{SHORT_NAMES.get(kind.kind, 'one')}"
    name = free_name(resources, kind.kind, wanted, namespace)
    return new_resource(kind, name, namespace, resources)


def edit_label(before: ResourceRef, after: ResourceRef, was: ResourceSet, now: ResourceSet) -> str:
    """What a step is called; a rename says both names, and how many others follow it."""
    renamed = f", renamed to {after.name}" if after.name != before.name else ""
    changed = {ref for kind in EDITABLE for ref in was.changed(now, kind)}
    others = len(changed - {before, after})
    followed = f", followed by {others} other{'s' if others > 1 else ''}" if others else ""
    return f"edit {before}{renamed}{followed}"


SHORT_NAMES = {
    "IPAddressPool": "pool",
    "BGPPeer": "peer",
    "BGPAdvertisement": "advertisement",
    "Community": "aliases",
    "BFDProfile": "profile",
    "L2Advertisement": "l2-advertisement",
}


MOST_LISTED = 20
"""Names of resources that a question lists; the rest is counted."""


def _listed(refs: Sequence[ResourceRef]) -> Iterator[Line]:
    if len(refs) > 1:
        more = f" and {len(refs) - MOST_LISTED} more" if len(refs) > MOST_LISTED else ""
        yield line(", ".join(ref.name for ref in refs[:MOST_LISTED]) + more)
        yield BLANK


def _mention_lines(current: ResourceSet, refs: Sequence[ResourceRef]) -> Iterator[Line]:
    """Fields of others that name one of the resources: they stay, and will name nothing."""
    from lbtui.core.editing.aliases import alias_mentions
    from lbtui.core.editing.edit import mentions

    named = (m for ref in refs for m in (*mentions(current, ref), *alias_mentions(current, ref)))
    found = [mention for mention in named if mention.ref not in refs]
    if found:
        yield line(Span("Named by, and then naming nothing:", "warning"))
        for mention in found:
            yield line(f"  {mention.ref}  ", Span(mention.path, "muted"))
        yield BLANK
