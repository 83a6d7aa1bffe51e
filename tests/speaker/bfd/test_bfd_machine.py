"""The BFD machine by RFC 5880 section 6.8: two of them joined, and packets by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from speaker.bfd.codec import BfdState, ControlPacket, Diagnostic, decode_packet
from speaker.bfd.machine import (
    TABLE,
    BfdChanged,
    BfdEffect,
    BfdMachine,
    BfdParameters,
    SendPacket,
)

FAST = BfdParameters(transmit_interval=100_000, receive_interval=200_000, detect_multiplier=3)
PEER = ControlPacket(
    state=BfdState.DOWN,
    detect_multiplier=3,
    my_discriminator=7,
    desired_min_tx=300_000,
    required_min_rx=400_000,
)


def sent(effects: list[BfdEffect]) -> list[ControlPacket]:
    return [decode_packet(each.data) for each in effects if isinstance(each, SendPacket)]


def changes(effects: list[BfdEffect]) -> list[tuple[BfdState, BfdState]]:
    return [(each.before, each.after) for each in effects if isinstance(each, BfdChanged)]


def started(parameters: BfdParameters = FAST, jitter: float = 0.0) -> BfdMachine:
    machine = BfdMachine(parameters, 1, lambda: jitter)
    machine.start(0.0)
    return machine


def up() -> BfdMachine:
    machine = started()
    machine.receive(PEER, 1.0)
    ours = replace(PEER, state=BfdState.INIT, your_discriminator=1)
    assert changes(machine.receive(ours, 1.0)) == [(BfdState.INIT, BfdState.UP)]
    return machine


@dataclass(slots=True)
class Wire:
    """Two machines and a cable; time moves from one deadline to the next."""

    ends: tuple[BfdMachine, BfdMachine]
    now: float = 0.0
    is_cut: bool = False
    seen: list[ControlPacket] = field(default_factory=list)

    def run(self, until: float) -> None:
        while (
            due := min((e.deadline for e in self.ends if e.deadline is not None), default=until)
        ) < until:
            self.now = due
            for number, end in enumerate(self.ends):
                self.carry(number, end.tick(due))

    def carry(self, number: int, effects: list[BfdEffect]) -> None:
        for packet in sent(effects):
            self.seen.append(packet)
            if not self.is_cut:
                other = self.ends[1 - number]
                self.carry(1 - number, other.receive(packet, self.now))


def joined(*parameters: BfdParameters) -> Wire:
    ends = tuple(BfdMachine(each, number, lambda: 0.5) for number, each in enumerate(parameters, 1))
    wire = Wire((ends[0], ends[1]))
    for number, end in enumerate(ends):
        wire.carry(number, end.start(0.0))
    return wire


def test_two_machines_come_up_and_notice_a_cut_cable() -> None:
    wire = joined(FAST, FAST)
    wire.run(5.0)
    assert [end.state for end in wire.ends] == [BfdState.UP] * 2
    assert any(packet.poll for packet in wire.seen)
    assert any(packet.final for packet in wire.seen)
    assert not wire.seen[-1].poll, "the poll sequence ends with the final bit"
    wire.is_cut = True
    cut = wire.now
    wire.run(cut + 2.0)
    for end in wire.ends:
        assert (end.state, end.diagnostic) == (BfdState.DOWN, Diagnostic.TIME_EXPIRED)
        assert (end.ups, end.downs, end.remote) == (1, 1, None)


def test_two_passive_machines_wait_for_ever() -> None:
    passive = replace(FAST, is_passive=True)
    wire = joined(passive, passive)
    wire.run(100.0)
    assert wire.seen == []


def test_a_passive_machine_answers() -> None:
    wire = joined(replace(FAST, is_passive=True), FAST)
    wire.run(5.0)
    assert [end.state for end in wire.ends] == [BfdState.UP] * 2


@pytest.mark.parametrize("state", [BfdState.DOWN, BfdState.INIT, BfdState.UP])
@pytest.mark.parametrize("theirs", list(BfdState))
def test_every_move_is_the_tables(state: BfdState, theirs: BfdState) -> None:
    machine = started()
    machine.state = state
    packet = replace(PEER, state=theirs, your_discriminator=1)
    machine.receive(packet, 1.0)
    assert machine.state is TABLE[state].get(theirs, state)


def test_slow_until_up_then_the_slower_of_both() -> None:
    machine = started()
    assert machine.transmit_interval == 1_000_000
    machine = up()
    assert machine.transmit_interval == 400_000  # the peer takes no more
    assert machine.detection_time == 3 * 300_000  # the peer sends no more


@pytest.mark.parametrize(
    ("multiplier", "jitter", "share"),
    [(3, 0.0, 1.0), (3, 1.0, 0.75), (1, 0.0, 0.9), (1, 1.0, 0.75)],
)
def test_jitter(multiplier: int, jitter: float, share: float) -> None:
    machine = started(replace(FAST, detect_multiplier=multiplier), jitter)
    assert machine.deadline == pytest.approx(share)


def test_poll_is_answered_at_once() -> None:
    machine = up()
    (answer,) = sent(
        machine.receive(replace(PEER, state=BfdState.UP, your_discriminator=1, poll=True), 1.1)
    )
    assert (answer.final, answer.poll, answer.state) == (True, False, BfdState.UP)


def test_peer_that_wants_no_packets_gets_none() -> None:
    machine = up()
    machine.receive(replace(PEER, state=BfdState.UP, your_discriminator=1, required_min_rx=0), 1.1)
    assert machine.transmit_interval is None
    assert sent(machine.tick(1.5)) == []


def test_packet_for_another_session_changes_nothing() -> None:
    machine = up()
    assert machine.receive(replace(PEER, your_discriminator=99), 1.1) == []
    assert machine.state is BfdState.UP


def test_peers_operator_ends_bfd() -> None:
    machine = up()
    effects = machine.receive(replace(PEER, state=BfdState.ADMIN_DOWN, your_discriminator=1), 1.1)
    (change,) = [each for each in effects if isinstance(each, BfdChanged)]
    assert change.is_remote_admin_down
    assert (change.after, change.diagnostic) == (BfdState.DOWN, Diagnostic.NEIGHBOR_DOWN)


def test_stopped_machine_says_admin_down_and_ignores_all() -> None:
    machine = up()
    (last,) = sent(machine.stop(2.0))
    assert (last.state, last.diagnostic) == (BfdState.ADMIN_DOWN, Diagnostic.ADMIN_DOWN)
    assert machine.deadline is None
    assert machine.receive(PEER, 2.1) == []
    assert machine.state is BfdState.ADMIN_DOWN


def test_other_intervals_are_agreed_on_by_a_poll_sequence() -> None:
    """Section 6.8.3: until the Final, no rarer packets than before and no less patience."""
    machine = up()
    ours = replace(PEER, state=BfdState.UP, your_discriminator=1, required_min_rx=50_000)
    machine.receive(replace(ours, final=True), 2.0)
    before = machine.transmit_interval, machine.detection_time
    slow = BfdParameters(transmit_interval=900_000, receive_interval=100_000)
    (packet,) = sent(machine.adapt(slow, 3.0))
    assert packet.poll and packet.state is BfdState.UP
    assert (packet.desired_min_tx, packet.required_min_rx) == (900_000, 100_000)
    assert (machine.transmit_interval, machine.detection_time) == before == (100_000, 900_000)
    machine.receive(replace(ours, final=True, desired_min_tx=50_000), 3.1)
    assert (machine.transmit_interval, machine.detection_time) == (900_000, 300_000)
    assert machine.state is BfdState.UP
    assert not any(each.poll for each in sent(machine.tick(4.0)))


def test_two_machines_stay_up_while_their_intervals_change() -> None:
    wire = joined(FAST, FAST)
    wire.run(5.0)
    for number, interval in ((0, 1_000_000), (1, 50_000), (0, 10_000)):
        other = BfdParameters(transmit_interval=interval, receive_interval=interval)
        wire.carry(number, wire.ends[number].adapt(other, wire.now))
        wire.run(wire.now + 5.0)
        assert [end.state for end in wire.ends] == [BfdState.UP, BfdState.UP]
    assert [end.downs for end in wire.ends] == [0, 0]
