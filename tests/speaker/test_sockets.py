"""TTL security and TCP-MD5 on the sockets of a real speaker, against a socket by hand."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from speaker.codec.open import encode_open
from speaker.control.documents import read_document
from speaker.daemon import host
from speaker.errors import DocumentError
from speaker.network import options
from tests.speaker.raw_peer import OPEN
from tests.speaker.running import SpeakerProcess, document, session
from tests.support.ports import free_port

OURS, THEIRS = "127.0.52.1", "127.0.52.2"
SESSION = "node-a/tor"
TTL_OF_OTHERS = 254
"""What is left of 255 after one router."""


@pytest.fixture
def dialler() -> Iterator[socket.socket]:
    """The peer's end, not connected."""
    with socket.socket() as sock:
        sock.bind((THEIRS, 0))
        sock.settimeout(10)
        yield sock


async def listening(speaker: SpeakerProcess, **fields: object) -> int:
    """A passive session with the peer; its port."""
    port = free_port(OURS)
    both = {"address": THEIRS, "sourceAddress": OURS, "port": port, "passive": True}
    await speaker.put(document([session(SESSION, **both, **fields)]))
    return port


async def test_segments_that_crossed_a_router_are_not_heard(
    speaker: SpeakerProcess, dialler: socket.socket
) -> None:
    port = await listening(speaker, ttlSecurity=True)
    dialler.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, TTL_OF_OTHERS)
    dialler.connect((OURS, port))
    await speaker.in_state(SESSION, "OpenSent")
    dialler.sendall(encode_open(OPEN))
    # What it lets through of TTL 255 is the same OPEN, sent again by TCP.
    assert (await speaker.session(SESSION))["received"]["octets"] == 0
    dialler.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, options.MAX_TTL)
    await speaker.in_state(SESSION, "OpenConfirm")


async def test_a_peer_with_ttl_security_hears_every_segment(
    speaker: SpeakerProcess, dialler: socket.socket
) -> None:
    port = await listening(speaker, ttlSecurity=True)
    options.require_ttl(dialler, options.MAX_TTL)
    dialler.connect((OURS, port))
    assert len(dialler.recv(19)) == 19


async def test_a_key_on_the_listener_is_for_its_peer_alone(
    speaker: SpeakerProcess, dialler: socket.socket
) -> None:
    if options.md5_problem():
        pytest.skip(options.md5_problem())
    port = await listening(speaker, password="s3cret")
    options.set_md5_key(dialler, OURS, "s3cret")
    dialler.connect((OURS, port))
    assert len(dialler.recv(19)) == 19
    with socket.socket() as stranger:
        stranger.settimeout(10)
        stranger.bind(("127.0.52.3", 0))
        stranger.connect((OURS, port))
        assert stranger.recv(19) == b""  # accepted by the kernel, dropped by the speaker


def test_a_kernel_without_tcp_md5_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    # The number of an option that no kernel has makes this one answer like one without TCP-MD5.
    monkeypatch.setattr(options, "_TCP_MD5SIG", 0x7FFF)
    options.md5_problem.cache_clear()
    try:
        fields = {"address": THEIRS, "password": "s3cret"}
        wanted = read_document(json.dumps(document([session(SESSION, **fields)])).encode())
        with pytest.raises(DocumentError) as caught:
            host.check_host(wanted.speakers)
    finally:
        options.md5_problem.cache_clear()
    (detail,) = caught.value.details
    assert detail.path == "speakers[0].sessions[0].password"
    assert "CONFIG_TCP_MD5SIG" in detail.message
