"""Prometheus text of what the control API tells: MetalLB's names first, ours under `lbtui_`.

Pure: documents in, text out, so that a figure here is the figure of `GET /v1/sessions`. Written
by hand because the usual client library appends `_total` to every counter, and MetalLB's names
must stay as its dashboards and alerts know them.

Source: Prometheus exposition formats, text version 0.0.4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from speaker.api import SessionStatus, StatusDocument
from speaker.control.bfd_metrics import BFD
from speaker.control.session_metrics import METALLB, OURS, SessionMetric

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

Labels = Mapping[str, str]
Samples = Iterable[tuple[Labels, float]]


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """What the process takes of the host."""

    cpu_seconds: float
    resident_octets: int
    open_files: int


def exposition(
    status: StatusDocument, sessions: Sequence[SessionStatus], process: ProcessFigures
) -> str:
    """The whole page.

    MetalLB labels a session with `peer="address:port"` alone, because each of its processes is
    one node, and those of a VRF with `vrf` too. So does this as long as the process acts as one;
    else `node` tells them apart, and `session` (the id) where one node has two sessions to the
    same address and port.
    """
    labels = _labels(sessions, _peer)
    pages = [
        _family(metric.name, metric.kind, metric.meaning, _samples(metric, sessions, labels))
        for metric in (*METALLB, *OURS)
    ]
    pages += _bfd_pages(sessions)
    pages.append(_info(sessions, labels))
    pages += _speaker_pages(status, process)
    return "".join(sorted(pages, key=lambda page: page.split(" ", 3)[2]))


def _samples(
    metric: SessionMetric, sessions: Sequence[SessionStatus], labels: Sequence[Labels]
) -> Samples:
    for session, its_labels in zip(sessions, labels, strict=True):
        value = metric.read(session)
        if value is not None:
            yield its_labels, value


def _bfd_pages(sessions: Sequence[SessionStatus]) -> Iterable[str]:
    """MetalLB's exporter labels BFD with the address alone."""
    watched = [session for session in sessions if session.bfd is not None]
    labels = _labels(watched, lambda session: session.address)
    for metric in BFD if watched else ():
        samples = [
            (its_labels, metric.read(session.bfd))
            for session, its_labels in zip(watched, labels, strict=True)
            if session.bfd is not None
        ]
        yield _family(metric.name, metric.kind, metric.meaning, samples)


def _labels(
    sessions: Sequence[SessionStatus], peer_of: Callable[[SessionStatus], str]
) -> list[Labels]:
    is_one_node = len({session.speaker for session in sessions}) <= 1
    peers = [peer_of(session) for session in sessions]
    seen = Counter(zip((session.speaker for session in sessions), peers, strict=True))
    found: list[Labels] = []
    for session, peer in zip(sessions, peers, strict=True):
        labels = {"peer": peer}
        if session.vrf is not None:
            labels["vrf"] = session.vrf
        if not is_one_node:
            labels["node"] = session.speaker
        if seen[session.speaker, peer] > 1:
            labels["session"] = session.id
        found.append(labels)
    return found


def _peer(session: SessionStatus) -> str:
    host = f"[{session.address}]" if ":" in session.address else session.address
    return f"{host}:{session.port}"


def _info(sessions: Sequence[SessionStatus], labels: Sequence[Labels]) -> str:
    rows = (
        (
            {
                **its_labels,
                "session": session.id,
                "node": session.speaker,
                "name": session.peer,
                "local_asn": str(session.local_asn),
                "peer_asn": str(session.peer_asn or ""),
            },
            1.0,
        )
        for session, its_labels in zip(sessions, labels, strict=True)
    )
    return _family("lbtui_session_info", "gauge", "Names of each session, to join with", rows)


def _speaker_pages(status: StatusDocument, process: ProcessFigures) -> Iterable[str]:
    single: Sequence[tuple[str, Literal["gauge", "counter"], str, float]] = (
        ("generation_accepted", "gauge", "Generation accepted last", status.generation_accepted),
        (
            "generation_reached",
            "gauge",
            "Newest generation that every established session was sent",
            status.generation_reached,
        ),
        ("start_time_seconds", "gauge", "When the process started", status.started),
        ("cpu_seconds_total", "counter", "Processor time taken", process.cpu_seconds),
        ("resident_memory_bytes", "gauge", "Memory in use", process.resident_octets),
        ("open_fds", "gauge", "Open file descriptors", process.open_files),
    )
    for name, kind, meaning, value in single:
        yield _family(f"lbtui_speaker_{name}", kind, meaning, [({}, value)])
    states: Samples = (({"state": state}, count) for state, count in status.sessions.items())
    yield _family("lbtui_speaker_sessions", "gauge", "Sessions in each state", states)
    version = [({"version": status.version}, 1.0)]
    yield _family("lbtui_speaker_info", "gauge", "Version of the speaker", version)


# ---- text --------------------------------------------------------------------------------------


def _family(name: str, kind: str, meaning: str, samples: Samples) -> str:
    lines = [f"# HELP {name} {_escaped(meaning)}\n# TYPE {name} {kind}\n"]
    lines += [f"{name}{_label_text(labels)} {_number(value)}\n" for labels, value in samples]
    return "".join(lines)


def _label_text(labels: Labels) -> str:
    if not labels:
        return ""
    pairs = (f'{name}="{_escaped(value, quote=True)}"' for name, value in sorted(labels.items()))
    return f"{{{','.join(pairs)}}}"


def _escaped(text: str, *, quote: bool = False) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quote else text


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
