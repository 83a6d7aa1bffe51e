"""Manifests edited and made as text inside the console."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import IPAddressPool, MetalLBResource
from lbtui.tui.manifest_draft import Judged, judge, judge_new

if TYPE_CHECKING:
    from lbtui.core.editing.open_draft import OpenDraft
    from lbtui.ports import ManifestEditor, ManifestText
    from lbtui.tui.app import LbtuiApp
    from lbtui.tui.screens.form import Accepted


class TextEditing:
    """Runs the screen of a text; secrets are left out of it, and kept."""

    def __init__(self, app: LbtuiApp, reader: ManifestEditor | None) -> None:
        """Work for one app; None: texts cannot be read here."""
        self._app, self._reader = app, reader

    async def edit(self, ref: ResourceRef, typed: str | None = None) -> None:
        """Edit a resource's manifest; `typed`: what was made of it before."""
        from lbtui.core.editing.secrecy import without_secrets
        from lbtui.tui.editing import edit_label

        current = self._app.state.history.current
        resource = current.get(ref)
        if self._reader is None or not isinstance(resource, MetalLBResource):
            return
        bare = without_secrets(resource)
        omitted = bare.omitted
        notice = f"Not shown, and kept unless you write it: {', '.join(omitted)}" if omitted else ""
        text = OpenText(
            self._reader,
            self._app.namespace,
            bare.resources[0],
            lambda found: judge(current, found, ref, resource, omitted),
            ref,
        )
        accepted = await self._open(text, f"Edit {ref} as YAML", notice, typed)
        if accepted is not None:
            await self._app.editing.stage(edit_label(ref, accepted.ref), accepted)

    async def new(
        self,
        kind: type[MetalLBResource] | None,
        begun: MetalLBResource | None = None,
        typed: str | None = None,
    ) -> None:
        """Make a resource of any kind; the text begins as `begun`, or as one of `kind`."""
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
            self._reader, app.namespace, resource, lambda found: judge_new(current, found, ref)
        )
        notice = "Any kind that lbtui edits; a password is never shown again."
        accepted = await self._open(text, "New resource as YAML", notice, typed)
        if accepted is not None:
            await app.editing.stage(f"make {accepted.ref}", accepted)

    async def go_on(self, typed: OpenDraft) -> None:
        """Open a text again, as it was when the console ended."""
        if typed.members:
            await self.edit(typed.refs[0], typed.text)
        else:
            await self.new(None, typed.new_resource(), typed.text)

    async def _open(
        self, text: OpenText, title: str, notice: str, typed: str | None
    ) -> Accepted | None:
        from lbtui.tui.screens.manifest_text import ManifestTextScreen

        journaling = self._app.journaling
        journaling.watch(text.typed)
        screen = ManifestTextScreen(
            text.original,
            text.judged,
            self._app.state,
            title,
            notice,
            typed=typed,
            told=journaling.follow,
        )
        accepted = await self._app.push_screen_wait(screen)
        journaling.watch(None)
        return accepted


class OpenText:
    """A manifest's text while it is typed: what it means, and what of it may be kept."""

    def __init__(
        self,
        reader: ManifestEditor,
        namespace: str,
        resource: MetalLBResource,
        judge: Callable[[ManifestText], Judged],
        ref: ResourceRef | None = None,
    ) -> None:
        """Begin with `resource`, which has no secrets, of `ref`, or new if that is None."""
        self._reader, self._namespace, self._judge = reader, namespace, judge
        self._resource, self._ref = resource, ref
        self.original = reader.text_of(resource)
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
        from lbtui.core.editing.open_draft import OpenDraft, base_of, is_telling, members_of
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
                members=members_of([self._ref] if self._ref is not None else []),
                base=None if self._ref is not None else base_of(self._resource)[0],
                text=text,
                lost=lost,
            )
            if is_typed
            else None
        )
