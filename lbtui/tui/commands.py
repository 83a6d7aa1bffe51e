"""Every command of the console: a row here is its key, its place in the palette and its help."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lbtui.tui.views.registry import ENTRIES

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceRef


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to do."""

    name: str
    """What is typed to find it."""
    help: str
    key: str
    """The key that does the same; empty if there is none."""
    action: str
    """As the main screen runs it."""
    words: tuple[str, ...] = ()
    """Other names for it, typed by those who know them from elsewhere."""
    more_keys: str = ""
    """Keys that do the same without being told about, separated by commas."""

    takes: str = ""
    """What may be typed behind its name, in a few words; empty: nothing."""

    def given(self, text: str) -> Command:
        """The command with what was typed behind its name."""
        name, _, before = self.action.partition("(")
        arguments = ", ".join(filter(None, (before.removesuffix(")"), repr(text))))
        return replace(
            self, name=f"{self.name} {text}", action=f"{name}({arguments})", key="", takes=""
        )

    @property
    def keys(self) -> str:
        """All its keys, as Textual separates them."""
        return ",".join(filter(None, (self.key, self.more_keys)))


ACTIONS: tuple[Command, ...] = (
    Command("edit", "Edit the selected resource in a form", "e", "app.edit"),
    Command("editor", "Edit its manifest in $VISUAL or $EDITOR", "E", "app.edit_outside"),
    Command("new", "Make a resource of the kind shown", "n", "app.new"),
    Command("new manifest", "Make a resource from a manifest's text", "N", "app.new_text"),
    Command("delete", "Delete the selected resource", "d", "app.delete"),
    Command("fix", "Mend the selected finding, as an edit that can be undone", "f", "app.fix"),
    Command("yaml", "Edit the selected resource's manifest as text", "y", "app.yaml"),
    Command("duplicate", "Make a resource like the selected one", "C", "app.duplicate"),
    Command("copy", "Copy the row as YAML, JSON, kubectl command or FRR snippet", "c", "app.copy"),
    Command("steps", "List all edits, done and undone, and go to one", "U", "app.steps"),
    Command("undo", "Take the last edit back", "u", "app.undo"),
    Command("redo", "Do it again", "ctrl+r", "app.redo"),
    Command("save", "Save all edits, after showing what that does", "s", "app.save"),
    Command("reload", "Read the source again; edits are kept", "R", "app.reload"),
    Command("why", "Explain the row under the cursor", "x", "explain"),
    Command(
        "without",
        "What is lost without the row under the cursor, or the marked rows",
        "w",
        "without",
        ("drain",),
        takes="node/N, peer/P, service/NS/NAME, endpoint/NS/NAME/N or a label selector of nodes",
    ),
    Command("without too", "The same, beside what was taken away", "W", "without('', True)"),
    Command(
        "compare",
        "Compare what is sent with what is saved, another back end, a folder or a cluster",
        "",
        "app.compare",
        takes="saved, native, frr, frr-k8s, a file or folder, or cluster:CONTEXT",
    ),
    Command("back", "To the place shown before", "[", "step(-1)"),
    Command("forth", "To the place that back came from", "]", "step(1)"),
    Command("last", "To the last place, and with the same key to this one again", "-", "last"),
    Command("filter", "Show only rows that match; !word: that do not", "/", "filter"),
    Command("faults", "Show only rows with a warning or an error, or all again", "!", "faults"),
    Command("wide", "Show all columns in full; < and > go through them", "ctrl+w", "wide"),
    Command("panel", "Show or hide the panel", "p", "toggle_side"),
    Command("apply", "Give the routes as edited to lbtui's own speaker", "A", "app.apply"),
    Command(
        "follow",
        "Give every valid edit to the speaker by itself, or no longer",
        "Z",
        "app.follow",
    ),
    Command(
        "lab",
        "Lab routers in place of the peers: say which, for the next apply",
        "",
        "app.lab",
        takes="peer/P=ADDRESS:PORT, node/N=ADDRESS, or off",
    ),
    Command("speaker", "Start or stop lbtui's own speaker", "S", "app.speaker"),
    Command("commands", "Type a command", ":", "app.commands", more_keys="ctrl+p"),
    Command("help", "Keys and words of the view, fields of its kind", "?", "app.help"),
    Command(
        "quit",
        "Leave; asks if something is not saved",
        "q",
        "app.leave",
        ("q", "exit"),
        "ctrl+q,ctrl+c",
    ),
)

TABLE_KEYS: tuple[tuple[str, str], ...] = (
    ("up down j k", "move"),
    ("pgup pgdn home end g G", "move far"),
    ("enter", "open"),
    ("space *", "mark the row, all rows shown; e and d work on all marked"),
    ("o O", "sort by the next column, turn the order round"),
    ("< >", "columns before and behind, where all are shown in full (ctrl+w)"),
    ("tab", "to the panel and back"),
    ("esc", "back: no marks, out of the panel, no filter, the view before"),
)


VIEWS: tuple[Command, ...] = tuple(
    Command(
        entry.name,
        entry.help,
        entry.key,
        f"show_view('{entry.name}')",
        entry.words,
        takes="a filter",
    )
    for entry in ENTRIES
)
BOUND: tuple[Command, ...] = tuple(command for command in (*VIEWS, *ACTIONS) if command.key)
"""Those that have keys."""


def commands(
    themes: Iterable[str],
    backends: Iterable[str],
    key_of: Callable[[Command], str] = lambda command: command.key,
) -> Iterator[Command]:
    """Views, actions, themes, back ends, with the keys that they have now."""
    for command in (*VIEWS, *ACTIONS):
        yield replace(command, key=key_of(command))
    for backend in backends:
        help_text = f"Read the same manifests as MetalLB's {backend} back end does"
        yield Command(f"backend {backend}", help_text, "", f"app.use_backend('{backend}')")
    for theme in themes:
        yield Command(f"theme {theme}", "Change the colours", "", f"app.pick_theme('{theme}')")


def jump_to(ref: ResourceRef) -> Command:
    """Going to a resource, as a command of its name."""
    name = f"{ref.namespace}/{ref.name}" if ref.kind == "Service" else ref.name
    action = f"jump({ref.kind!r}, {ref.namespace!r}, {ref.name!r})"
    return Command(name, f"Go to this {ref.kind}", "", action)
