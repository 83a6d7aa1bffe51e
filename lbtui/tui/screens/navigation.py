"""Going from view to view: what is shown, what was shown before, where a row leads."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.screen import Screen

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.tui.places import Place, Visits, place_of
from lbtui.tui.requests import PlaceAsked
from lbtui.tui.screens.filter_line import FilterLine
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Line, Span
from lbtui.tui.views.registry import BY_NAME

if TYPE_CHECKING:
    from lbtui.tui.view_state import ViewState

MOST_CRUMBS = 3
"""Headings shown before that of the view; on a long way the first are left out."""


class Navigation(Screen[None]):
    """Holds the views, each made when it is shown first, and the places seen."""

    def __init__(self, state: ViewState, first: str) -> None:
        """Begin with one view."""
        super().__init__()
        self.view_state = state
        self.view = BY_NAME[first].make()
        self._made = {first: self.view}
        self._visits = Visits(Place(first))

    @abstractmethod
    def show_shown_view(self) -> None:
        """Show around the view what belongs to it."""

    # ---- where we are ------------------------------------------------------------------------

    @property
    def selected_ref(self) -> ResourceRef | None:
        """The resource that commands work on."""
        return self.view.selected_ref

    def crumbs(self, room: int) -> Line:
        """Where this view was reached from, in about `room` cells; the first give way."""
        trail = list(self._visits.here.trail)
        shown = trail[-MOST_CRUMBS:]
        while shown and sum(len(heading) + 3 for heading in shown) > room:
            del shown[0]
        if len(shown) < len(trail):
            shown.insert(0, SYMBOLS.ellipsis)
        return tuple(Span(f"{heading} {SYMBOLS.crumb} ", "muted") for heading in shown)

    def _leave(self) -> Place:
        """Remember the place that is shown as it is now."""
        view = self.view
        self._visits.leave(
            Place(view.name_in_commands, view.subject, view.filter_text, view.selected_key)
        )
        return self._visits.here

    # ---- going -------------------------------------------------------------------------------

    async def go(self, place: Place) -> None:
        """Go to a place, with a trail of its own; another row of this view is no other place."""
        here = self._leave()
        if place.is_other(here):
            self._visits.enter(place)
        await self._show(place)

    async def follow(self, place: Place) -> None:
        """Go where something on screen leads: the way there is told by the crumbs."""
        trail = (*self._leave().trail, self.view.heading(self.view_state))
        await self.go(replace(place, trail=trail))

    async def _show(self, place: Place) -> None:
        self.query_one(FilterLine).close()
        is_new = place.view not in self._made
        if place.view != self.view.name_in_commands:
            self.view.display = False
            if is_new:
                self._made[place.view] = BY_NAME[place.view].make()
            self.view = self._made[place.view]
        view = self.view
        if place.subject is not None:
            view.subject = place.subject
        if is_new:
            await self.query_one("#list").mount(view, before="#filter")
        view.display = True
        if place.filter_text is not None:
            view.filter_by(place.filter_text)
        view.update_state(self.view_state)
        if place.key is not None and not view.select(place.key) and place.filter_text is None:
            view.filter_by("")
            view.select(place.key)
        self.show_shown_view()

    async def action_show_view(self, name: str, filter_text: str | None = None) -> None:
        """Show a view, filtered or as it was."""
        if name != self.view.name_in_commands or filter_text is not None:
            await self.go(Place(name, filter_text=filter_text))

    async def show_resource(self, ref: ResourceRef) -> None:
        """Go to a resource in the view of its kind."""
        place = place_of(ref)
        if place is not None:
            await self.go(place)

    async def action_jump(self, kind: str, namespace: str, name: str) -> None:
        """Go to a resource by its name."""
        await self.show_resource(ResourceRef(kind, namespace, name))

    async def action_step(self, by: int) -> None:
        """Go back (-1) or forth (1) through the places seen."""
        self._leave()
        place = self._visits.step(by)
        if place is not None:
            await self._show(place)

    async def action_last(self) -> None:
        """Go to the place before this one; the same key comes back."""
        place = self._visits.last()
        if place is not None:
            await self.go(place)

    # ---- where rows lead ---------------------------------------------------------------------

    @on(PlaceAsked)
    async def _go_asked(self, event: PlaceAsked) -> None:
        event.stop()
        await self.follow(event.place)

    async def action_explain(self) -> None:
        """Why the row under the cursor is as it is."""
        subject = self.view.to_explain
        if subject is None:
            self.notify("There is nothing to explain under the cursor.", timeout=3)
        else:
            await self.follow(Place("explain", subject=subject))

    async def action_without(self, what: str = "", is_more: bool = False) -> None:
        """What is lost without the marked rows, or the one under the cursor, or `what`.

        With `is_more` they are taken away beside what was taken away before.
        """
        from lbtui.tui.views.whatif_targets import target_of

        targets = self.view.removable
        if what:
            targets = tuple(
                target_of(word, self.view_state.history.current) for word in what.split()
            )
        if not targets and self.view.name_in_commands != "whatif":
            self.notify("Mark nodes, peers or services first, or type :without TARGET.", timeout=4)
        whatif = self._made.get("whatif")
        before = whatif.subject if is_more and whatif is not None else ()
        gone = before if isinstance(before, tuple) else ()
        wanted = tuple(dict.fromkeys((*gone, *targets)))
        if self.view.name_in_commands != "whatif" or wanted != self.view.subject:
            await self.follow(Place("whatif", subject=wanted))
