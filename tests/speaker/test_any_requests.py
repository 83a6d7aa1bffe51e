"""Requests that nobody would send on purpose: always an error in words, never a 500."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.speaker.test_documents import ANY_JSON, WANTED, places, with_change
from tests.support.polling import wait_until

WORDS = tuple(
    "v1 sessions a%2Fx %00 %ff .. advertised received reset enable events metrics config status "
    "%0d%0aX: %2e%2e route-sets".split()
)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", "::1", "0.0.0.0", "198.51.100.0/33", "fe80::1%lo", "a/b", "\x1b[2J", "\ud800", "65536"]
    ),
    st.just([]),
    st.just({}),
    st.recursive(st.text(max_size=3), lambda inner: st.lists(inner, max_size=2), max_leaves=4),
)


class Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("speaker", timeout=20)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(str(self._path))


@pytest.fixture(scope="module")
def control() -> Iterator[Path]:
    """The control socket of a real process."""
    with tempfile.TemporaryDirectory(prefix="lbtui-") as folder:
        path = Path(folder) / "s"
        words = ("run", "--socket", str(path), "--state", f"{folder}/state")
        with subprocess.Popen(
            [sys.executable, "-m", "speaker", *words],
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        ) as process:
            wait_until(path.exists, "the control socket")
            yield path
            assert process.poll() is None, "it went on through all of it"
            process.terminate()
            _, log = process.communicate(timeout=20)
        assert b"traceback" not in log


def ask(control: Path, method: str, path: str, body: bytes) -> tuple[int, Any]:
    connection = Connection(control)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        is_json = answer.headers.get_content_type() == "application/json"
        return answer.status, json.loads(text or b"null") if is_json else text
    finally:
        connection.close()


def check(status: int, body: Any) -> None:
    assert status < 500, body
    if status >= 400 and body is not None:  # HEAD has no body
        assert body["error"]["code"] and body["error"]["message"]


@st.composite
def bent_documents(draw: st.DrawFn) -> bytes:
    """A right document with one value replaced."""
    bent = with_change(draw(st.sampled_from(places(WANTED))), draw(st.one_of(ODD, ANY_JSON)))
    return json.dumps(bent).encode(errors="surrogatepass")


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=st.one_of(bent_documents(), st.binary(max_size=64), ODD.map(json.dumps)))
def test_any_wanted_state_is_answered(control: Path, body: bytes | str) -> None:
    data = body.encode(errors="surrogatepass") if isinstance(body, str) else body
    check(*ask(control, "PUT", "/v1/config", data))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    method=st.sampled_from(("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD")),
    words=st.lists(st.sampled_from(WORDS), max_size=5),
    query=st.sampled_from(("", "?limit=1", "?limit=%00", "?after=%ff", "?since=99", "?limit=1e9")),
    body=st.one_of(st.just(b""), st.binary(max_size=20), ODD.map(lambda v: json.dumps(v).encode())),
)
def test_any_request_is_answered(
    control: Path, method: str, words: list[str], query: str, body: bytes
) -> None:
    check(*ask(control, method, f"/{'/'.join(words)}{query}", body))


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"\x00" * 200, id="zeroes"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n", id="many-headers"),
        pytest.param(b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n", id="long-path"),
        pytest.param(b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", id="negative-length"),
        pytest.param(
            b"PUT /v1/config HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            id="bad-chunk",
        ),
    ],
)
def test_what_is_no_http_does_no_harm(control: Path, octets: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(20)
        caller.connect(str(control))
        caller.sendall(octets)
        answer = caller.recv(65536)
    assert not answer or answer[9:10] == b"4", answer
    assert ask(control, "GET", "/v1/status", b"")[0] == 200
