"""What a YAML scalar means to Kubernetes, and how to write one that every reader understands.

`kubectl` and the API server read YAML through sigs.k8s.io/yaml, which follows YAML 1.1 for the
booleans (yes, no, on, off) and octal numbers, but knows neither base-60 numbers nor dates:
`1234:1` and `2026-01-01` are text (sigs.k8s.io/yaml, goyaml.v2/resolve.go).
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import re
from typing import Any

TAG_PREFIX = "tag:yaml.org,2002:"
_BOOLEANS = {
    **dict.fromkeys("y Y yes Yes YES true True TRUE on On ON".split(), True),
    **dict.fromkeys("n N no No NO false False FALSE off Off OFF".split(), False),
}
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_SPECIAL_FLOATS = {
    sign + name: value
    for name, size in ((".inf", "inf"), (".Inf", "inf"), (".INF", "inf"))
    for sign, value in (("", float(size)), ("+", float(size)), ("-", -float(size)))
} | dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan"))
_NUMERIC_START = frozenset("0123456789+-.")
_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)|0[oO]?(?P<oct>[0-7]+)"
    r"|(?P<dec>0|[1-9][0-9]*))\Z"
)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_BASES = {"hex": 16, "bin": 2, "oct": 8, "dec": 10}

# What a YAML 1.1 reader could take for something else than text, beside the words above.
_OTHER_READING = re.compile(
    r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z"  # base 60: 1234:1
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"  # a date
    r"|=\Z|<<\Z"
)
_PLAIN_START = re.compile(r"[^\s,\[\]{}#&*!|>'\"%@`?:-]|-(?=[^\s,\[\]{}-])")
_PLAIN_BREAKS = re.compile(r":(?:\s|\Z)|\s#|[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def read_scalar(text: str, tag: str | None, is_plain: bool) -> Any:
    """The value of a scalar: text, int, float, bool or None.

    `tag` is the explicit one with `!!` spelled out, `is_plain` tells that it is not quoted.
    """
    if tag is not None and tag != "!":
        return _read_tagged(text, tag)
    if not is_plain or tag == "!":
        return text
    return read_plain(text)


@functools.lru_cache(maxsize=4096)  # manifests repeat themselves
def read_plain(text: str) -> Any:
    """The value of a scalar without quotes and tag."""
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text in _NULLS:
        return None
    return _read_number(text) if text[0] in _NUMERIC_START else text


def write_scalar(value: Any, like: str | None = None, *, is_flow: bool = False) -> str:
    """YAML for a scalar on one line; `like` is the quote of the text that it replaces.

    Text is quoted where YAML 1.1 or Kubernetes would read it as something else, or `like` is.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return json.dumps(value)
    if _UNPRINTABLE.search(value):
        return _double_quoted(value)
    if like == '"':
        return _double_quoted(value)
    if like == "'":
        return "'" + value.replace("'", "''") + "'"
    return value if is_plain_text(value, is_flow=is_flow) else _double_quoted(value)


def is_plain_text(text: str, *, is_flow: bool = False) -> bool:
    """Whether `text` can stand without quotes and every reader takes it for this very text."""
    if text != text.strip() or not _PLAIN_START.match(text) or _PLAIN_BREAKS.search(text):
        return False
    if is_flow and re.search(r"[,\[\]{}?]|:\Z", text):  # PyYAML ends a plain scalar at any ?
        return False
    if text.startswith(("---", "...")) or _OTHER_READING.match(text):
        return False
    return isinstance(read_plain(text), str)


def _double_quoted(text: str) -> str:
    """JSON's escapes are YAML's; what is not printable is escaped, the rest stays readable."""
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)


_LONGEST_NUMBER = 308
"""Digits from which on go-yaml takes a number for text, as float64 ends; Python refuses 4300."""


def _read_number(text: str) -> Any:
    plain = text.replace("_", "")
    found = _INTEGER.match(plain)
    if found is not None:
        if len(plain) > _LONGEST_NUMBER:
            return text
        base = next(name for name in _BASES if found.group(name) is not None)
        number = int(found.group(base), _BASES[base])
        return -number if found.group("sign") == "-" else number
    if text in _SPECIAL_FLOATS:
        return _SPECIAL_FLOATS[text]
    return float(plain) if _FLOAT.match(plain) else text


def _read_tagged(text: str, tag: str) -> Any:
    """As go-yaml reads an explicit tag; a tag that it does not know leaves the text as it is."""
    name = tag.removeprefix(TAG_PREFIX) if tag.startswith(TAG_PREFIX) else ""
    if name in ("int", "bool", "null"):
        return read_plain(text)
    if name == "float":
        value = read_plain(text)
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if name == "binary":
        try:
            return base64.b64decode(text).decode("utf-8", "replace")
        except binascii.Error:
            return text
    return text
