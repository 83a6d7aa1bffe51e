"""What views ask the application for; light, so that the application need not import the views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from textual.message import Message

if TYPE_CHECKING:
    from lbtui.ports import SessionRow
    from lbtui.tui.places import Place
    from lbtui.tui.views.route_rows import RouteRow


Verb: TypeAlias = Literal["show", "reset", "switch"]
"""What to do with a session; "switch" holds it down, or lets it run again."""


@dataclass
class RouteAsked(Message):
    """Show everything about a route."""

    row: RouteRow


@dataclass
class SessionAsked(Message):
    """Show everything about a session, or do something to it."""

    row: SessionRow
    verb: Verb


@dataclass
class PlaceAsked(Message):
    """Go to another place; esc comes back."""

    place: Place
