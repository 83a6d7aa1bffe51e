"""SOURCEs of the command line, and what the settings add to them."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from lbtui.cli.exits import UsageError

if TYPE_CHECKING:
    from lbtui.ports import Setting

CLUSTER = "cluster:"


class Sources(NamedTuple):
    """What was named, sorted out."""

    files: tuple[str, ...]
    """Files, folders and -."""
    context: str | None
    """Of the kubeconfig; empty: the current one; None: no cluster was named."""


def name_sources(sources: Sequence[str], context: str | None = None) -> Sources:
    """Sort out what was named, before anything is read. Raises UsageError.

    Args:
        sources: files, folders, -, and cluster: or cluster:CONTEXT.
        context: of --context, which names a cluster, too.
    """
    files = tuple(source for source in sources if not source.startswith(CLUSTER))
    named = {source.removeprefix(CLUSTER) for source in sources if source.startswith(CLUSTER)}
    if context is not None:
        named = (named - {""}) | {context}
    if len(named) > 1:
        raise UsageError(f"{', '.join(map(repr, sorted(named)))}: one cluster at a time")
    if files.count("-") > 1:
        raise UsageError("standard input (-) can be read only once")
    return Sources(files, next(iter(named), None))


def hold_stdin(sources: Sequence[str]) -> None:
    """Read standard input to its end now if it is a source.

    Here Ctrl-C ends the waiting; in the store's thread it could not. Read in small pieces, since
    Python looks for Ctrl-C between them.
    """
    if "-" in sources:
        pieces = iter(lambda: os.read(sys.stdin.fileno(), 65536), b"")
        sys.stdin = io.TextIOWrapper(io.BytesIO(b"".join(pieces)))


def choose_backend(arguments: argparse.Namespace, setting: Setting | None = None) -> str:
    """The back end of the command line, else that of the cluster, else of the settings."""
    from lbtui.adapters.settings import load_settings
    from lbtui.cli.output import narrate

    if arguments.backend:
        return str(arguments.backend)
    if setting is not None and setting.backend:
        return setting.backend
    loaded = load_settings()
    for problem in loaded.problems:
        narrate(problem)
    return loaded.settings.backend


def check_names(what: str, wanted: Sequence[str], known: Sequence[str]) -> frozenset[str]:
    """The names wanted, all known ones if none is. Raises UsageError for one that is not known."""
    there = frozenset(known)
    for name in wanted:
        if name not in there:
            from lbtui.core.lint.wording import listed, nearest

            near = nearest(name, known)
            like = [one for one in known if one.endswith(f"/{name}")] or ([near] if near else [])
            names = listed(known, 10) or "none"
            hint = f"did you mean {listed(like)}?" if like else f"there is: {names}"
            raise UsageError(f"there is no {what} '{name}' in the manifests; {hint}")
    return frozenset(wanted or known)
