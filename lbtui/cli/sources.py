"""SOURCEs of the command line, and what the settings add to them."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from lbtui.cli.exits import UsageError

CLUSTER = "cluster:"
KUBECTL = (
    "kubectl get ipaddresspools.metallb.io,bgppeers.metallb.io,bgpadvertisements.metallb.io,"
    "communities.metallb.io,nodes,services,endpointslices -A -o yaml | lbtui lint -"
)
"""How a cluster is judged meanwhile."""


def check_sources(sources: Sequence[str], context: str | None = None) -> None:
    """Refuse what this version cannot read, before anything is read. Raises UsageError."""
    named = next((s for s in sources if s.startswith(CLUSTER)), None)
    if named is not None or context is not None:
        what = f"'{named}'" if named is not None else f"--context {context}"
        raise UsageError(
            f"{what}: reading a cluster is not in this version; give it manifests instead:\n"
            f"  {KUBECTL}"
        )
    if list(sources).count("-") > 1:
        raise UsageError("standard input (-) can be read only once")


def hold_stdin(sources: Sequence[str]) -> None:
    """Read standard input to its end now if it is a source.

    Here Ctrl-C ends the waiting; in the store's thread it could not. Read in small pieces, since
    Python looks for Ctrl-C between them.
    """
    if "-" in sources:
        pieces = iter(lambda: os.read(sys.stdin.fileno(), 65536), b"")
        sys.stdin = io.TextIOWrapper(io.BytesIO(b"".join(pieces)))


def choose_backend(arguments: argparse.Namespace) -> str:
    """The back end of the command line, else of the settings."""
    from lbtui.adapters.settings import load_settings
    from lbtui.cli.output import narrate

    if arguments.backend:
        return str(arguments.backend)
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
