"""Random manifests, written in random styles; each line knows the field that it belongs to."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import strategies as st

from lbtui.adapters.yaml_render import Style, render_flow
from lbtui.adapters.yaml_scalars import write_scalar


class Line(NamedTuple):
    text: str
    owner: str
    """ "spec.peers", or "" for what belongs to no field, such as a comment between fields."""


class Writer:
    """Writes one manifest, asking `draw` at every turn."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.lines: list[Line] = []
        self._comments = 0

    def write(self, manifest: dict[str, Any]) -> list[Line]:
        if self.maybe():
            self.lines.append(Line("---" + self.trailing(), ""))
        for name, value in manifest.items():
            self.own_line_comment(0, "")
            if isinstance(value, dict) and value:
                self.lines.append(Line(f"{name}:" + self.trailing(), ""))
                step = self.draw(st.sampled_from([1, 2, 4]))
                for field, content in value.items():
                    self.own_line_comment(step, "")
                    self.pair(field, content, step, f"{name}.{field}")
            else:
                text = "{}" if value == {} else self.scalar(value)
                self.lines.append(Line(f"{name}: {text}" + self.trailing(), name))
        self.own_line_comment(0, "")
        return self.lines

    def pair(self, name: str, value: Any, blanks: int, owner: str, prefix: str = "") -> None:
        key = write_scalar(name, self.draw(st.sampled_from([None] * 6 + ["'", '"'])), is_flow=True)
        start = (prefix or " " * blanks) + key + ":"
        if not isinstance(value, dict | list) or not value or self.maybe(3):
            text = self.flow(value) if isinstance(value, dict | list) else self.scalar(value)
            gap = " " * self.draw(st.sampled_from([1, 1, 1, 3]))
            self.lines.append(Line(start + (gap + text if text else "") + self.trailing(), owner))
            return
        self.lines.append(Line(start + self.trailing(), owner))
        self.block(value, blanks, owner)

    def block(self, value: Any, blanks: int, owner: str) -> None:
        if isinstance(value, dict):
            inner = blanks + self.draw(st.sampled_from([1, 2, 3]))
            for name, content in value.items():
                self.own_line_comment(inner, owner)
                self.pair(name, content, inner, owner)
            return
        inner = blanks + self.draw(st.sampled_from([0, 2]))
        for item in value:
            self.own_line_comment(inner, owner)
            self.item(item, inner, owner)

    def item(self, item: Any, blanks: int, owner: str) -> None:
        gap = "-" + " " * self.draw(st.sampled_from([1, 1, 3]))
        if not isinstance(item, dict) or not item or self.maybe(3):
            text = self.flow(item) if isinstance(item, dict) else self.scalar(item)
            self.lines.append(Line(" " * blanks + gap + text + self.trailing(), owner))
            return
        inner = blanks + len(gap)
        if self.maybe(6):
            self.lines.append(Line(" " * blanks + "-" + self.trailing(), owner))
            prefix = ""
        else:
            prefix = " " * blanks + gap
        for name, content in item.items():
            self.pair(name, content, inner, owner, prefix)
            prefix = ""

    def scalar(self, value: Any) -> str:
        return write_scalar(value, self.draw(st.sampled_from([None, None, "'", '"'])))

    def flow(self, value: Any) -> str:
        quote = self.draw(st.sampled_from(["", "", "'", '"']))
        text = render_flow(value, Style(quote=quote))
        return text.replace("[", "[ ").replace("]", " ]") if self.maybe(4) and quote else text

    def trailing(self) -> str:
        return f"  # {self.comment()}" if self.maybe(4) else ""

    def own_line_comment(self, blanks: int, owner: str) -> None:
        if self.maybe(4):
            self.lines.append(Line(" " * blanks + f"# {self.comment()}", owner))
        if self.maybe(8):
            self.lines.append(Line("", owner))

    def comment(self) -> str:
        self._comments += 1
        return f"note {self._comments}: it's a - [b] {{c}} \"d"

    def maybe(self, one_in: int = 2) -> bool:
        return self.draw(st.integers(1, one_in)) == 1


def texts() -> st.SearchStrategy[str]:
    awkward = [
        "1234:1",
        "yes",
        "0x10",
        "~",
        "a: b",
        "a #b",
        "- x",
        "é",
        "*a",
        "12",
        "a\nb",
        "'",
        "",
    ]
    return st.sampled_from(awkward) | st.text("abc-1.:", min_size=1, max_size=6)


def selectors() -> st.SearchStrategy[dict[str, Any]]:
    labels = st.dictionaries(st.sampled_from(["rack", "a.b/c", "zone"]), texts(), max_size=2)
    expression = st.fixed_dictionaries(
        {"key": texts(), "operator": st.sampled_from(["In", "Exists"])},
        optional={"values": st.lists(texts(), max_size=3)},
    )
    return st.fixed_dictionaries(
        {},
        optional={"matchLabels": labels, "matchExpressions": st.lists(expression, max_size=2)},
    )


def specs(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    names = st.lists(texts(), max_size=4)
    match kind:
        case "BGPAdvertisement":
            return st.fixed_dictionaries(
                {},
                optional={
                    "ipAddressPools": names,
                    "aggregationLength": st.integers(1, 32),
                    "localPref": st.integers(0, 300),
                    "communities": names,
                    "peers": names,
                    "nodeSelectors": st.lists(selectors(), max_size=3),
                    "futureField": st.none() | names | selectors(),
                },
            )
        case "Community":
            alias = st.fixed_dictionaries({"name": texts(), "value": texts()})
            return st.fixed_dictionaries({}, optional={"communities": st.lists(alias, max_size=3)})
        case _:
            allocation = st.fixed_dictionaries(
                {},
                optional={
                    "priority": st.integers(0, 9),
                    "namespaces": names,
                    "serviceSelectors": st.lists(selectors(), max_size=2),
                },
            )
            return st.fixed_dictionaries(
                {"addresses": names},
                optional={"autoAssign": st.booleans(), "serviceAllocation": allocation},
            )


@st.composite
def manifests(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": "a", "namespace": "metallb-system"}
    if draw(st.booleans()):
        metadata["labels"] = draw(st.dictionaries(texts().filter(bool), texts(), max_size=2))
    return {
        "apiVersion": "metallb.io/v1beta1",
        "kind": kind,
        "metadata": metadata,
        "spec": draw(specs(kind)),
    }


@st.composite
def written(draw: st.DrawFn, manifest: dict[str, Any]) -> list[Line]:
    return Writer(draw).write(manifest)
