"""The control API over TCP: only on request, only with the token, off loopback only with TLS."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from speaker.control import access
from tests.speaker.running import SpeakerProcess
from tests.speaker.test_process import run
from tests.support.ports import free_port

TOKEN = "a-token-that-nobody-guesses-0001"


def token_file(folder: Path, text: str = TOKEN, mode: int = 0o600) -> Path:
    path = folder / "token"
    path.write_text(f"{text}\n")
    path.chmod(mode)
    return path


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1, and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=speaker"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", key, "-out", cert),
        ],
        check=True,
        capture_output=True,
    )
    key.chmod(0o600)
    return cert, key


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """A speaker on loopback TCP besides its socket."""
    port = free_port("127.0.0.1")
    speaker = SpeakerProcess(tmp_path)
    listen = ("--listen", f"127.0.0.1:{port}", "--token-file", token_file(tmp_path))
    await speaker.start(*listen)
    yield f"http://127.0.0.1:{port}"
    await speaker.stop()
    assert TOKEN not in speaker.log
    assert "traceback" not in speaker.log, speaker.log


def bearer(token: str = TOKEN) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_without_the_option_nothing_listens(speaker: SpeakerProcess) -> None:
    inodes = {
        (await asyncio.to_thread(link.readlink)).name
        for link in Path(f"/proc/{speaker.pid}/fd").iterdir()
        if link.is_symlink()
    }
    rows = [
        row.split()
        for table in ("tcp", "tcp6")
        for row in Path(f"/proc/{speaker.pid}/net/{table}").read_text().splitlines()[1:]
    ]
    assert not [row for row in rows if f"socket:[{row[9]}]" in inodes]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({"Authorization": "Bearer"}, id="empty"),
        pytest.param(bearer(TOKEN[:-1]), id="shorter"),
        pytest.param(bearer(f"{TOKEN}0"), id="longer"),
        pytest.param(bearer("ä" * 20), id="no-ascii"),
        pytest.param({"Authorization": f"Basic {TOKEN}"}, id="other-scheme"),
        pytest.param({"Cookie": f"token={TOKEN}"}, id="cookie"),
    ],
)
async def test_without_the_token_every_call_is_401(url: str, headers: dict[str, str]) -> None:
    calls = [("GET", "/v1/status"), ("GET", "/metrics"), ("GET", "/v1/events"), ("GET", "/no")]
    async with aiohttp.ClientSession(headers=headers) as http:
        for method, path in [*calls, ("PUT", "/v1/config"), ("POST", "/v1/sessions/x/reset")]:
            async with http.request(method, url + path) as answer:
                assert answer.status == 401, path
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
                assert (await answer.json())["error"]["code"] == "unauthorized"


async def test_with_the_token_every_kind_of_call_is_served(url: str) -> None:
    async with aiohttp.ClientSession(headers=bearer()) as http:
        wanted = {"generation": 1, "speakers": [], "routeSets": {}}
        async with http.put(f"{url}/v1/config", json=wanted) as answer:
            assert answer.status == 200
        async with http.get(f"{url}/metrics") as answer:
            assert "lbtui_speaker_generation_accepted 1\n" in await answer.text()
        async with http.ws_connect(f"{url}/v1/events") as events:
            event = json.loads(await events.receive_str(timeout=10))
            assert event["status"]["generationAccepted"] == 1


async def test_a_body_without_the_token_is_not_read(url: str) -> None:
    """The answer comes before a single octet of the body was sent."""
    port = int(url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"PUT /v1/config HTTP/1.1\r\nHost: x\r\nContent-Length: 200000000\r\n\r\n")
    async with asyncio.timeout(10):
        head = await reader.readuntil(b"\r\n\r\n")
    assert b" 401 " in head
    assert b"connection: close" in head.lower()
    writer.close()


async def test_more_calls_than_the_limit_are_429(url: str) -> None:
    async with aiohttp.ClientSession(headers=bearer()) as http:
        statuses = []
        for _ in range(int(access.TCP_BURST) * 2):
            async with http.get(f"{url}/v1/status") as answer:
                statuses.append(answer.status)
                if answer.status == 429:
                    assert answer.headers["Retry-After"] == "1"
                    assert (await answer.json())["error"]["code"] == "too-many-requests"
        assert statuses[:100] == [200] * 100
        assert 429 in statuses


async def test_tls_is_served_and_plain_text_is_not(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    port = free_port("127.0.0.1")
    speaker = SpeakerProcess(tmp_path)
    tls = ("--tls-cert", cert, "--tls-key", key, "--token-file", token_file(tmp_path))
    await speaker.start("--listen", f"127.0.0.1:{port}", *tls)
    try:
        trusting = ssl.create_default_context(cafile=cert)
        async with aiohttp.ClientSession(headers=bearer()) as http:
            async with http.get(f"https://127.0.0.1:{port}/v1/status", ssl=trusting) as answer:
                assert answer.status == 200
            with pytest.raises(aiohttp.ClientError):
                await http.get(f"http://127.0.0.1:{port}/v1/status")
    finally:
        await speaker.stop()


async def test_what_is_not_safe_is_refused_at_the_start(tmp_path: Path) -> None:
    token = token_file(tmp_path)
    cert, key = certificate(tmp_path)
    short = tmp_path / "short"
    short.write_text("x")
    short.chmod(0o600)
    readable = tmp_path / "readable"
    readable.write_text(TOKEN)
    readable.chmod(0o644)
    key_for_all = tmp_path / "open-key"
    key_for_all.write_bytes(key.read_bytes())
    key_for_all.chmod(0o644)
    here = ("--listen", "127.0.0.1:1")
    for words, said in [
        (("--listen", "0.0.0.0:7480", "--token-file", token), "--tls-cert"),
        (("--listen", "[::]:7480", "--token-file", token), "--tls-cert"),
        (here, "--token-file"),
        ((*here, "--token-file", tmp_path / "no"), "No such file"),
        ((*here, "--token-file", short), "16 characters"),
        ((*here, "--token-file", readable), f"chmod 600 {readable}"),
        (("--listen", "localhost:7480", "--token-file", token), "ADDRESS:PORT"),
        (("--listen", "127.0.0.1:99999", "--token-file", token), "ADDRESS:PORT"),
        (("--listen", "::1:7480", "--token-file", token), "ADDRESS:PORT"),
        ((*here, "--token-file", token, "--tls-cert", token), "certificate"),
        ((*here, "--token-file", token, "--tls-cert", tmp_path / "no"), "No such file"),
        ((*here, "--token-file", token, "--tls-key", key), "--tls-cert"),
        (
            (*here, "--token-file", token, "--tls-cert", cert, "--tls-key", key_for_all),
            f"chmod 600 {key_for_all}",
        ),
    ]:
        code, text = await run("run", *words)
        assert code == 2, words
        assert said in text, (words, text)
        assert TOKEN not in text


async def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = ("--listen", f"127.0.0.1:{port}", "--token-file", token_file(tmp_path))
        code, text = await run("run", *words)
    assert code == 2
    assert f"cannot listen on http://127.0.0.1:{port}: address already in use" in text
