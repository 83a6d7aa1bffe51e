"""The figures of BFD beside a session that Prometheus gets, under MetalLB's names.

Source: metallb frr-tools/metrics/collector/bfd.go (names, help, types; `peer` without a port).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from speaker.api import BfdStatus


@dataclass(frozen=True, slots=True)
class BfdMetric:
    """One figure of every session that has BFD."""

    name: str
    kind: Literal["gauge", "counter"]
    meaning: str
    read: Callable[[BfdStatus], float]


BFD: Final = (
    BfdMetric(
        "metallb_bfd_control_packet_input",
        "counter",
        "Number of received BFD control packets",
        lambda bfd: bfd.packets_received,
    ),
    BfdMetric(
        "metallb_bfd_control_packet_output",
        "counter",
        "Number of sent BFD control packets",
        lambda bfd: bfd.packets_sent,
    ),
    BfdMetric(
        "metallb_bfd_echo_packet_input",
        "counter",
        "Number of received BFD echo packets",
        lambda _: 0,  # asynchronous mode only
    ),
    BfdMetric(
        "metallb_bfd_echo_packet_output",
        "counter",
        "Number of sent BFD echo packets",
        lambda _: 0,
    ),
    BfdMetric(
        "metallb_bfd_session_down_events",
        "counter",
        "Number of BFD session down events",
        lambda bfd: bfd.downs,
    ),
    BfdMetric(
        "metallb_bfd_session_up",
        "gauge",
        "BFD session state (1 is up, 0 is down)",
        lambda bfd: bfd.state == "Up",
    ),
    BfdMetric(
        "metallb_bfd_session_up_events",
        "counter",
        "Number of BFD session up events",
        lambda bfd: bfd.ups,
    ),
    BfdMetric(
        "metallb_bfd_zebra_notifications",
        "counter",
        "Number of BFD zebra notifications",
        lambda bfd: bfd.ups + bfd.downs,  # the BGP session is told of each; there is no zebra
    ),
)
