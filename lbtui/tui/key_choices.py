"""Keys that the user chose for commands, in place of those they have. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from lbtui.tui.commands import BOUND, TABLE_KEYS, Command
from lbtui.tui.view_keys import FORM_KEYS, VIEW_KEYS, ViewKey

if TYPE_CHECKING:
    from textual.binding import Binding

_KEY = re.compile(r"\S|(ctrl\+|alt\+|shift\+)*([a-z][a-z_]*|[a-z]?\d{1,2}|\S)")
"""As Textual names keys: "x", "X", "?", "f5", "ctrl+e", "pagedown"."""
_LONG_NAMES = {"pgup": "pageup", "pgdn": "pagedown", "esc": "escape"}
FIXED = frozenset(
    {"enter", "tab", "shift+tab"}
    | {_LONG_NAMES.get(key, key) for keys, _ in TABLE_KEYS for key in keys.split()}
)
"""Keys of every list, which cannot be given away."""
_OWNERS: dict[str, Command | ViewKey] = {
    **{command.name: command for command in BOUND},
    **{own.id: own for own in (*VIEW_KEYS, *FORM_KEYS)},
}
"""Whatever has a key of its own, by its name in the settings."""
_FORMS = frozenset(own.view for own in FORM_KEYS)
_IN_FORMS = frozenset(own.id for own in FORM_KEYS)


@dataclass(frozen=True, slots=True)
class KeyChoices:
    """The choices that hold."""

    by_command: Mapping[str, str] = field(default_factory=dict)
    """Command → its key now; what only one view has by its full name, "sessions.reset"."""
    problems: tuple[str, ...] = ()
    """What is wrong with the others, a sentence each; these commands keep their keys."""

    @property
    def keymap(self) -> Mapping[str, str]:
        """Command → all its keys now, as Textual wants them; what a key bar never shows stays."""
        return {
            name: ",".join(filter(None, (key, _OWNERS[name].more_keys)))
            for name, key in self.by_command.items()
        }

    def shown(self, key: str) -> str:
        """The key now of the command that has `key` by itself; other keys as they are."""
        name = next((command.name for command in BOUND if command.key == key), "")
        return self.by_command.get(name, key)

    def of(self, command: Command) -> str:
        """The command's key now."""
        return self.by_command.get(command.name, command.key)

    def of_binding(self, binding: Binding) -> str:
        """The key now of a binding of a view."""
        return self.by_command.get(binding.id or "", binding.key.partition(",")[0])


AS_THEY_ARE = KeyChoices()


def choose_keys(wanted: Mapping[str, str]) -> KeyChoices:
    """Take what can be taken: commands there are, keys there are, no key for two commands."""
    problems: list[str] = []
    chosen: dict[str, str] = {}
    for name, key in wanted.items():
        if name not in _OWNERS:
            near = get_close_matches(name, _OWNERS, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(_OWNERS)}."
            problems.append(f"keys: there is no command {name} with a key{hint}")
        elif _KEY.fullmatch(key) is None or "," in key:
            problems.append(f"keys: {name}: {key!r} is no key; write x, X, f5 or ctrl+e.")
        elif len(key) == 1 and name in _IN_FORMS:
            problems.append(f"keys: {name}: {key} is typed there; write f5 or ctrl+e.")
        elif key in FIXED:
            problems.append(f"keys: {name}: {key} moves, marks, sorts or opens in every list.")
        else:
            chosen[name] = key
    # A choice that is not taken gives its command the old key back, which another may have wanted.
    while held := _first_held(chosen):
        name, other = held
        problems.append(f"keys: {name}: {chosen.pop(name)} is the key of {other} already.")
    return KeyChoices(chosen, tuple(problems))


def _first_held(chosen: Mapping[str, str]) -> tuple[str, str] | None:
    """The first choice of a key that another command has, and that command."""
    for name, key in chosen.items():
        if (other := _holder(key, name, chosen)) is not None:
            return name, other
    return None


def _holder(key: str, wanting: str, chosen: Mapping[str, str]) -> str | None:
    """Who else has the key where the one that wants it has a use for it.

    Two views may have the same key, for only one is shown; a command of all views may not, but
    for keys of forms, which cover the views.
    """
    view = getattr(_OWNERS[wanting], "view", None)
    for name, owner in _OWNERS.items():
        own_view = getattr(owner, "view", None)
        is_covered = (view in _FORMS) != (own_view in _FORMS)
        is_apart = view is not None and own_view is not None and view != own_view
        if name == wanting or is_apart or is_covered:
            continue
        if key in (chosen.get(name, owner.key), *owner.more_keys.split(",")):
            return name
    return None
