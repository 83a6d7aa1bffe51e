"""`lbtui sessions`: the speaker's BGP sessions, once or as they change."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lbtui.cli import output
from lbtui.cli.arguments import add_output
from lbtui.cli.exits import SUCCESS, UsageError
from lbtui.cli.lab import add_lab, at_lab_routers, mapping_of
from lbtui.cli.speaker_files import add_connect, add_socket, talk

if TYPE_CHECKING:
    from lbtui.adapters.speaker_client import SpeakerClient
    from lbtui.core.routing.lab import LabMapping
    from lbtui.ports import SessionRow, SpeakerView

HEADER = (
    "NODE",
    "PEER",
    "STATE",
    "FOR",
    "ADVERTISED",
    "PENDING",
    "RECEIVED",
    "PEER AS",
    "UP/DOWN",
    "FAMILIES",
    "BFD",
    "LAST ERROR",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_choice(parser)
    add_socket(parser)
    add_connect(parser)


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Which sessions to tell of, once or all the time, and in which form."""
    parser.add_argument(
        "sessions", metavar="NODE/PEER", nargs="*", help="tell all about these (default: a table)"
    )
    parser.add_argument(
        "-w", "--watch", action="store_true", help="go on after every change, until interrupted"
    )
    add_lab(parser)
    add_output(parser, ("table", "json"))


def run(arguments: argparse.Namespace) -> int:
    """Print the sessions."""
    follow = _watch if arguments.watch else _once
    lab = mapping_of(arguments.lab)
    if arguments.lab and lab.problems:
        raise UsageError(" ".join(lab.problems))
    if arguments.sessions and arguments.watch:
        raise UsageError("--watch follows all sessions; leave the names away")
    if arguments.sessions:
        return talk(arguments, lambda client: _tell(client, arguments, lab))
    return talk(arguments, lambda client: follow(client, arguments.output, lab))


async def _tell(client: SpeakerClient, arguments: argparse.Namespace, lab: LabMapping) -> int:
    """Everything about the sessions named, one after another."""
    view = await client.view()
    rows = [await client.session(session_id) for session_id in arguments.sessions]
    if arguments.output == "json":
        output.emit(output.to_json(_document(replace(view, sessions=tuple(rows)))))
        return SUCCESS
    there = at_lab_routers(rows, lab)
    output.emit("\n\n".join(_details(row, row.id in there) for row in rows))
    return SUCCESS


def _details(row: SessionRow, is_lab: bool) -> str:
    from lbtui.adapters.speaker_documents import printable
    from lbtui.tui.views.session_details import details

    lines = [f"Session {row.id}"]
    if is_lab:
        lines.append(f"LAB: goes to {row.address}, which plays the peer.")
    for heading, entries in details(row, time.time()):
        width = max((len(label) for label, _ in entries), default=0)
        lines += ["", heading, *(f"  {label:<{width}}  {text}" for label, text in entries)]
    return "\n".join(map(printable, lines))


async def _once(client: SpeakerClient, form: str, lab: LabMapping) -> int:
    view = await client.view()
    output.emit(output.to_json(_document(view)) if form == "json" else _table(view, lab))
    return SUCCESS


async def _watch(client: SpeakerClient, form: str, lab: LabMapping) -> int:
    """One JSON document a line, or a table for each change of state; ends by Ctrl-C."""
    told = ""
    async for view in client.watch():
        if not view.is_running:
            output.narrate(f"speaker: {view.message}")
        if form == "json":
            text = output.to_json(_document(view), is_line=True)
        else:
            text = _table(view, lab) if view.is_running else ""
        if text and text != told:
            if form == "table":
                output.narrate(time.strftime("%H:%M:%S"))
            if not output.emit(text):
                break
        told = text
    return SUCCESS


def _document(view: SpeakerView) -> dict[str, Any]:
    return {
        "running": view.is_running,
        "message": view.message,
        "pid": view.pid,
        "version": view.version,
        "generation": {"accepted": view.generation, "reached": view.generation_reached},
        "sessions": [dict(row.detail) for row in view.sessions],
    }


def _table(view: SpeakerView, lab: LabMapping) -> str:
    if not view.sessions:
        output.narrate("The speaker runs and has no sessions; 'lbtui speaker apply' gives it some.")
    there = at_lab_routers(view.sessions, lab)
    return output.to_table(HEADER, [_row(row, row.id in there) for row in view.sessions])


def _row(row: SessionRow, is_lab: bool) -> tuple[str, ...]:
    counts = row.families.values()
    desired, advertised = sum(c.desired for c in counts), sum(c.advertised for c in counts)
    return (
        row.node,
        f"{row.peer} LAB" if is_lab else row.peer,
        row.state if row.is_enabled else f"{row.state} (disabled)",
        _age(time.time() - row.since),
        f"{advertised}/{desired}",
        str(sum(c.pending for c in counts)),
        str(sum(c.received for c in counts)),
        str(row.peer_asn or ""),
        f"{row.established}/{row.dropped}",
        ",".join(row.negotiated),
        str((row.detail.get("bfd") or {}).get("state") or "off").lower(),
        row.last_error,
    )


def _age(seconds: float) -> str:
    """The two largest units, e.g. "3m12s", "5h02m", "12d3h"."""
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days}d{hour}h"
    if hour:
        return f"{hour}h{minute:02}m"
    return f"{minute}m{second:02}s" if minute else f"{second}s"
