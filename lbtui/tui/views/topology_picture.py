"""Pictures of peers and the nodes behind them, in text. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lbtui.core.questions.fabric import Bundle
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Line, Span, counted, line

MOST_PEERS = 24
"""Drawn for one bundle; a picture is to be seen at once."""
_ASCII = SYMBOLS.rule.isascii()
TEE, CORNER = ("+", "`") if _ASCII else ("├", "└")
_FIRST, _MIDDLE, _LAST, _ONLY = ("+", "+", "+", "-") if _ASCII else ("┐", "┤", "┘", "─")
_CROSS, _FIRST_OUT, _LAST_OUT = ("+", "+", "+") if _ASCII else ("┼", "┬", "┴")
FOLDED, UNFOLDED = ("+", "-") if _ASCII else ("▸", "▾")


def span_of(names: Sequence[str]) -> str:
    """The first and the last of sorted names: "edge-01 … edge-20"."""
    if len(names) < 3:
        return ", ".join(names)
    return f"{names[0]} {'..' if _ASCII else SYMBOLS.ellipsis} {names[-1]}"


def branch(is_last: bool) -> str:
    """What stands before a line of a tree."""
    return f"{CORNER if is_last else TEE}{SYMBOLS.rule} "


def bundle_lines(
    bundle: Bundle, cell_of: Callable[[str], Span], width: int, word: str = "node"
) -> Iterator[Line]:
    """Peers at the left, each with its line to the nodes that all of them serve.

    Args:
        bundle: the nodes and their peers.
        cell_of: symbol and name of a peer, in the tone of its sessions.
        width: cells there are; names are cut to leave room for the nodes.
        word: what `nodes` of the bundle are, groups perhaps.
    """
    peers = bundle.peers[:MOST_PEERS]
    nodes, names = counted(len(bundle.nodes), word), span_of(bundle.nodes)
    if not peers:
        yield line(Span(f"no session {SYMBOLS.rule * 2} ", "warning"), Span(nodes, "strong"))
        yield line(Span(f"              {names}", "muted"))
        return
    cells = [cell_of(peer) for peer in peers]
    room = max(8, min(max(len(cell.text) for cell in cells), width - len(nodes) - 8))
    middle = (len(peers) - 1) // 2
    indent = " " * (room + 8)
    for at, cell in enumerate(cells):
        joint = f" {SYMBOLS.rule * 2}{_joint(at, len(peers), at == middle)}"
        text = Span(f"{cell.text[:room]:{room}}", cell.tone)
        if at == middle:
            yield line(text, Span(f"{joint}{SYMBOLS.rule * 2} ", "muted"), Span(nodes, "strong"))
            if len(peers) == 1:
                yield line(indent, Span(names, "muted"))
        elif at == middle + 1:
            yield line(text, Span(f"{joint}   ", "muted"), Span(names, "muted"))
        else:
            yield line(text, Span(joint, "muted"))
    if rest := len(bundle.peers) - len(peers):
        yield line(Span(f"and {counted(rest, 'peer')} more", "muted"))


def _joint(at: int, count: int, is_out: bool) -> str:
    """Where a peer's line meets the others; `is_out`: the line to the nodes begins here."""
    if count == 1:
        return _ONLY
    if at == 0:
        return _FIRST_OUT if is_out else _FIRST
    if at == count - 1:
        return _LAST_OUT if is_out else _LAST
    return _CROSS if is_out else _MIDDLE
