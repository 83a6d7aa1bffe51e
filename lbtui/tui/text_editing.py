"""Manifests edited and made as text inside the console."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import IPAddressPool, MetalLBResource
from lbtui.tui.manifest_draft import Judged, judge, judge_new, shown_text

if TYPE_CHECKING:
    from lbtui.core.editing.open_draft import Member, OpenDraft
    from lbtui.ports import ManifestEditor, ManifestText
    from lbtui.tui.app import LbtuiApp
    from lbtui.tui.screens.form import Accepted
    from lbtui.tui.screens.manifest_text import ManifestTextScreen


class TextEditing:
    """Runs the screen of a text; secrets are left out of it, and kept."""

    def __init__(self, app: LbtuiApp, reader: ManifestEditor | None) -> None:
        """Work for one app; None: texts cannot be read here."""
        self._app, self._reader = app, reader

    async def edit(self, ref: ResourceRef, typed: str | None = None) -> None:
        """Edit a resource's manifest; `typed`: what was made of it before."""
        from lbtui.core.editing.open_draft import members_of
        from lbtui.tui.editing import edit_label

        store, current = self._app.store, self._app.state.history.current
        reader, resource = self._reader, current.get(ref)
        shown = shown_text(store, reader, current, ref) if reader is not None else None
        if reader is None or shown is None or not isinstance(resource, MetalLBResource):
            return
        text = OpenText(
            reader,
            self._app.namespace,
            shown.text,
            lambda found: judge(current, found, ref, resource, shown.omitted),
            members=members_of([ref]),
        )
        screen = self._screen(text, f"Edit {ref} as YAML", shown.notice, typed)
        accepted = await self._open(text, screen)
        if accepted is not None:
            resources = shown.staged(store, accepted.resources, ref, screen.text)
            accepted = accepted._replace(resources=resources)
            label = edit_label(ref, accepted.ref, current, resources)
            await self._app.editing.stage(label, accepted)

    async def new(
        self,
        kind: type[MetalLBResource] | None,
        begun: MetalLBResource | None = None,
        typed: str | None = None,
    ) -> None:
        """Make a resource of any kind; the text begins as `begun`, or as one of `kind`."""
        from lbtui.core.editing.open_draft import base_of
        from lbtui.tui.editing import first_of

        app = self._app
        if self._reader is None:
            app.notify("Texts cannot be read here; n makes a resource in a form.", timeout=4)
            return
        current = app.state.history.current
        resource = begun or first_of(kind or IPAddressPool, current, app.namespace)
        metadata = resource.metadata
        ref = ResourceRef(resource.kind, metadata.namespace, metadata.name)
        text = OpenText(
            self._reader,
            app.namespace,
            self._reader.text_of(resource),
            lambda found: judge_new(current, found, ref),
            base=base_of(resource)[0],
        )
        notice = "Any kind that lbtui edits; a password is never shown again."
        screen = self._screen(text, "New resource as YAML", notice, typed)
        accepted = await self._open(text, screen)
        if accepted is not None:
            await app.editing.stage(f"make {accepted.ref}", accepted)

    async def go_on(self, typed: OpenDraft) -> None:
        """Open a text again, as it was when the console ended."""
        if typed.members:
            await self.edit(typed.refs[0], typed.text)
        else:
            await self.new(None, typed.new_resource(), typed.text)

    def _screen(
        self, text: OpenText, title: str, notice: str, typed: str | None
    ) -> ManifestTextScreen:
        from lbtui.tui.screens.manifest_text import ManifestTextScreen

        return ManifestTextScreen(
            text.original,
            text.judged,
            self._app.state,
            title,
            notice,
            typed=typed,
            told=self._app.journaling.follow,
        )

    async def _open(self, text: OpenText, screen: ManifestTextScreen) -> Accepted | None:
        """Show the screen, what is typed kept in the journal until the user is done with it."""
        journaling = self._app.journaling
        journaling.watch(text.typed)
        accepted = await self._app.push_screen_wait(screen)
        journaling.watch(None)
        return accepted


class OpenText:
    """A manifest's text while it is typed: what it means, and what of it may be kept."""

    def __init__(
        self,
        reader: ManifestEditor,
        namespace: str,
        original: str,
        judge: Callable[[ManifestText], Judged],
        *,
        members: tuple[Member, ...] = (),
        base: dict[str, Any] | None = None,
    ) -> None:
        """Begin with a text without secrets.

        Args:
            reader: reads texts.
            namespace: MetalLB's.
            original: the text.
            judge: what is made of a text that was read.
            members: the resource edited; none if it is a new one.
            base: what a new one began with.
        """
        self._reader, self._namespace, self._judge = reader, namespace, judge
        self._members, self._base = members, base
        self.original = original
        self._typed: OpenDraft | None = None

    def judged(self, text: str) -> Judged:
        """What can be made of a text; called beside the event loop, one after the other."""
        found = self._reader.read(text, self._namespace)
        judged = self._judge(found)
        self._remember(text, found)
        return judged

    def typed(self) -> OpenDraft | None:
        """What was typed, to outlive the console; None if nothing was."""
        return self._typed

    def _remember(self, text: str, found: ManifestText) -> None:
        """A text that may hold a secret is kept as what it means, and only if it means anything."""
        from lbtui.core.editing.open_draft import OpenDraft, is_telling
        from lbtui.core.editing.secrecy import without_secrets

        lost: tuple[str, ...] = ()
        if is_telling(text):
            if found.resource is None:
                return
            bare = without_secrets(found.resource)
            text, lost = self._reader.text_of(bare.resources[0]), bare.omitted
        is_typed = text != self.original or bool(lost)
        self._typed = (
            OpenDraft(
                members=self._members,
                base=self._base,
                text=text,
                lost=lost,
            )
            if is_typed
            else None
        )
