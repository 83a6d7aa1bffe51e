"""Keys that the user chose for commands, in place of those they have. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from lbtui.tui.commands import BOUND, TABLE_KEYS, Command

_KEY = re.compile(r"\S|(ctrl\+|alt\+|shift\+)*([a-z][a-z_]*|[a-z]?\d{1,2}|\S)")
"""As Textual names keys: "x", "X", "?", "f5", "ctrl+e", "pagedown"."""
FIXED = frozenset(
    {"enter", "escape", "tab", *(key for keys, _ in TABLE_KEYS for key in keys.split())}
)
"""Keys of every list, which cannot be given away."""


@dataclass(frozen=True, slots=True)
class KeyChoices:
    """The choices that hold."""

    by_command: Mapping[str, str] = field(default_factory=dict)
    """Command → its key now."""
    problems: tuple[str, ...] = ()
    """What is wrong with the others, a sentence each; these commands keep their keys."""

    @property
    def keymap(self) -> Mapping[str, str]:
        """Command → all its keys now, as Textual wants them; what a key bar never shows stays."""
        more = {command.name: command.more_keys for command in BOUND}
        return {
            name: ",".join(filter(None, (key, more[name]))) for name, key in self.by_command.items()
        }

    def shown(self, key: str) -> str:
        """The key now of the command that has `key` by itself; other keys as they are."""
        name = next((command.name for command in BOUND if command.key == key), "")
        return self.by_command.get(name, key)

    def of(self, command: Command) -> str:
        """The command's key now."""
        return self.by_command.get(command.name, command.key)


AS_THEY_ARE = KeyChoices()


def choose_keys(wanted: Mapping[str, str]) -> KeyChoices:
    """Take what can be taken: commands there are, keys there are, no key for two commands."""
    known = {command.name: command for command in BOUND}
    problems: list[str] = []
    chosen: dict[str, str] = {}
    for name, key in wanted.items():
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}."
            problems.append(f"keys: there is no command {name} with a key{hint}")
        elif _KEY.fullmatch(key) is None or "," in key:
            problems.append(f"keys: {name}: {key!r} is no key; write x, X, f5 or ctrl+e.")
        elif key in FIXED:
            problems.append(f"keys: {name}: {key} moves, marks, sorts or opens in every list.")
        else:
            chosen[name] = key
    for name in list(chosen):
        taken = {
            key: command.name
            for command in BOUND
            if command.name != name
            for key in (chosen.get(command.name, command.key), *command.more_keys.split(","))
        }
        if (other := taken.get(chosen[name])) is not None:
            problems.append(f"keys: {name}: {chosen[name]} is the key of {other} already.")
            del chosen[name]
    return KeyChoices(chosen, tuple(problems))
