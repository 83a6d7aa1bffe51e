"""A strict reader of Prometheus' text format, version 0.0.4: whatever bends a rule fails."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_SAMPLE = re.compile(rf"(?P<name>{_NAME})(?:\{{(?P<labels>.*)\}})? (?P<value>\S+)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
_ESCAPES = {r"\\": "\\", r"\"": '"', r"\n": "\n"}

LabelSet = frozenset[tuple[str, str]]


@dataclass(slots=True)
class Family:
    """One metric: its help, its type, its samples by their labels."""

    meaning: str
    kind: str = ""
    samples: dict[LabelSet, float] = field(default_factory=dict)


def parse(text: str) -> dict[str, Family]:
    """Read a whole page; AssertionError for what the format does not allow.

    Every sample must follow its family's HELP and TYPE, a family must stand in one place, and
    no series may be there twice.
    """
    assert text.endswith("\n")
    families: dict[str, Family] = {}
    current = ""
    for line in text[:-1].split("\n"):
        assert "\r" not in line
        if line.startswith("# HELP "):
            _, _, current, meaning = line.split(" ", 3)
            assert re.fullmatch(_NAME, current), line
            assert current not in families, f"{current} stands in two places"
            families[current] = Family(meaning)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == current and not families[name].kind, line
            assert kind in ("counter", "gauge"), line
            families[name].kind = kind
        else:
            name, labels, value = _sample(line)
            assert name == current and families[name].kind, f"{line} is not below its TYPE"
            assert labels not in families[name].samples, f"{line} is there twice"
            families[name].samples[labels] = value
    return families


def _sample(line: str) -> tuple[str, LabelSet, float]:
    found = _SAMPLE.fullmatch(line)
    assert found, f"not a sample: {line!r}"
    text = found["labels"] or ""
    labels, at = {}, 0
    while at < len(text):
        label = _LABEL.match(text, at)
        assert label, f"not labels: {line!r}"
        assert label[1] not in labels, f"a label twice: {line!r}"
        labels[label[1]] = re.sub(r'\\["\\n]', lambda escape: _ESCAPES[escape[0]], label[2])
        at = label.end()
    return found["name"], frozenset(labels.items()), float(found["value"])
