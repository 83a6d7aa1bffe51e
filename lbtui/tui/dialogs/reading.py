"""Something to read in a frame: help, a manifest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from textual.binding import Binding
from textual.widget import Widget

from lbtui.tui.commands import ACTIONS, TABLE_KEYS, VIEWS
from lbtui.tui.dialogs.framed import FramedDialog
from lbtui.tui.key_choices import AS_THEY_ARE, KeyChoices
from lbtui.tui.text import BLANK, Line, Span, line
from lbtui.tui.widgets.filter_terms import HELP as FILTERS
from lbtui.tui.widgets.line_panel import LinePanel

if TYPE_CHECKING:
    from lbtui.core.editing.fields import FieldSpec
    from lbtui.core.objects.resource_set import AnyResource
    from lbtui.tui.view import View


class ReadingDialog(FramedDialog[None]):
    """Lines that scroll."""

    DEFAULT_CSS = """
    ReadingDialog > Vertical { max-width: 100; }
    """
    keys = (("esc", "close"), ("up/down", "scroll"))

    def __init__(self, title: str, lines: Sequence[Line]) -> None:
        """Show `lines` under `title`."""
        super().__init__()
        self._title_text, self._lines = title, tuple(lines)
        self._panel = LinePanel()

    def body(self) -> Iterator[Widget]:
        """The lines."""
        yield self._panel

    def on_mount(self) -> None:
        """Show them."""
        self.show_title(self._title_text)
        self._panel.show_lines(self._lines)
        self._panel.focus()


def help_lines(view: View, keys: KeyChoices = AS_THEY_ARE) -> Iterator[Line]:
    """What a view shows, the keys that work in it, the fields of its kind."""
    for paragraph in view.help_text.split("\n\n"):
        yield line(paragraph)
        yield BLANK
    yield line(Span("Keys", "accent"))
    own = [
        (keys.of_binding(binding), binding.tooltip or binding.description)
        for binding in view.BINDINGS
        if isinstance(binding, Binding)
    ]
    for key, text in (
        *own,
        *TABLE_KEYS,
        *((keys.of(c), c.help) for c in (*ACTIONS, *VIEWS) if c.key),
    ):
        yield line(Span(f"  {key:24}", "strong"), text)
    yield BLANK
    yield line(Span("Filters", "accent"))
    for text, about in FILTERS:
        yield line(Span(f"  {text:24}", "strong"), about)
    if view.kind is not None:
        from lbtui.core.editing.fields import fields_of, leaf_fields

        yield BLANK
        yield line(Span(f"Fields of {view.kind.kind}", "accent"))
        for spec in leaf_fields(fields_of(view.kind)):
            yield line(Span(f"  {spec.path.removeprefix('spec.'):32}", "strong"), _about(spec))


def _about(spec: FieldSpec) -> str:
    about = spec.help
    if spec.minimum is not None and spec.maximum is not None:
        about += f" {spec.minimum} to {spec.maximum}."
    if spec.choices:
        about += f" {' or '.join(spec.choices)}."
    return about.strip()


def manifest_lines(resource: AnyResource) -> Iterator[Line]:
    """A resource as YAML, secrets as three stars."""
    for row in manifest_text(resource).splitlines():
        key, colon, value = row.partition(":")
        if colon and not value.startswith("//"):
            yield line(Span(f"{key}{colon}", "accent"), value)
        else:
            yield line(row)


def manifest_text(resource: AnyResource) -> str:
    """The manifest as lbtui writes it, secrets as three stars."""
    import yaml

    manifest = hide(resource)
    text: str = yaml.safe_dump(manifest, sort_keys=False, default_flow_style=False, width=88)
    return text


def hide(resource: AnyResource) -> dict[str, Any]:
    """The manifest of a resource with its secrets replaced."""
    from lbtui.core.objects.decode import encode_resource

    return encode_resource(hidden(resource))


def hidden(value: Any) -> Any:
    """A resource, or a part of one, with its secrets replaced."""
    import msgspec

    from lbtui.core.objects.meta import Hidden

    if isinstance(value, Hidden):
        return Hidden("***")
    if isinstance(value, msgspec.Struct):
        changes = {name: hidden(getattr(value, name)) for name in value.__struct_fields__}
        return msgspec.structs.replace(value, **changes)
    if isinstance(value, tuple):
        return tuple(map(hidden, value))
    if isinstance(value, dict):
        return {key: hidden(item) for key, item in value.items()}
    return value
