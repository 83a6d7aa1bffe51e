"""A document's own text, comments and all, as the user may see it; and as the user left it."""

from __future__ import annotations

import re
from typing import NamedTuple

from lbtui.adapters.manifests import Document, read_document
from lbtui.adapters.secret_lines import lines_of, masked_lines
from lbtui.adapters.yaml_nodes import YamlProblem, compose, value_of
from lbtui.adapters.yaml_patch import PatchError, patch
from lbtui.core.objects.rewording import Rewording

_HEAD = re.compile(r"\A(?:(?:[ \t]*(?:[#%][^\n]*)?\n)*?---[ \t]*(?:#[^\n]*)?\r?\n)?")


class Parts(NamedTuple):
    """A document's text in two parts."""

    head: str
    """Up to and with its `---` line; empty if it has none."""
    body: str


def parts_of(text: str) -> Parts:
    """Take a document's text apart."""
    found = _HEAD.match(text)
    head = found.group() if found is not None else ""
    return Parts(head, text[len(head) :])


def shown_text(text: str) -> str | None:
    """The body with line feeds for line ends; None if there is anything secret in it."""
    body = parts_of(text).body.replace("\r\n", "\n")
    return body if masked_lines(body).lines == lines_of(body) else None


def is_reworded(shown: str, text: str) -> bool:
    """Whether a text differs from another in more than the values that were changed."""
    root = compose(text)
    if root is None:
        return False
    try:
        return patch(shown, value_of(root)) != text
    except PatchError:
        return True


def reworded_document(document: Document, wanted: Rewording, namespace: str) -> Document | None:
    """The document as typed, in its own line ends; None if it is not as it was shown any more."""
    head, body = parts_of(document.text)
    try:
        shown = compose(wanted.shown)
        if shown is None or patch(body.replace("\r\n", "\n"), value_of(shown)) != wanted.shown:
            return None
    except (YamlProblem, PatchError):
        return None
    text = wanted.text.rstrip("\n") + ("\n" if body.endswith("\n") else "")
    if "\r\n" in body:
        text = text.replace("\n", "\r\n")
    return read_document(head + text, namespace)
