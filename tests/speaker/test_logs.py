"""The log of a real process: one line an event, whatever peers and callers put into their words."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path

from speaker.codec.notification import Notification, encode_notification
from speaker.daemon import logs
from tests.speaker.exposition import parse
from tests.speaker.raw_peer import listen, raw_peer
from tests.speaker.running import SpeakerProcess, document, session
from tests.support.polling import wait_until

EVIL = 'over\r\nlevel=info msg="session up"\x1b[2J\x07\x9b31m\u202e {peer="x"} 1\n'
PAIR = re.compile(r'(?:^| )([a-z_]+)=("(?:[^"\\]|\\.)*"|[!#-<>-\[\]-~]+)')


def logfmt(line: str) -> dict[str, str]:
    """Read a line; nothing may be left over."""
    assert not PAIR.sub("", line), line
    pairs = {
        name: json.loads(text) if text[0] == '"' else text for name, text in PAIR.findall(line)
    }
    assert list(pairs)[:3] == ["time", "level", "msg"]
    return pairs


async def shut_down_with(speaker: SpeakerProcess, listener: socket.socket, text: str) -> None:
    """Bring a session up and end it with a shutdown communication of the peer's."""
    host, port = listener.getsockname()
    wanted = session("a/x", address=host, port=port, peerAsn=64513)
    await speaker.put(document([wanted]))
    async with raw_peer(listener) as peer:
        await speaker.established("a/x")
        octets = text.encode()
        data = bytes((len(octets),)) + octets
        await peer.send(encode_notification(Notification(6, 2, data)))
        await speaker.until_session("a/x", lambda found: found["droppedCount"] == 1)
    await speaker.call("POST", "/v1/sessions/a%2Fx/disable", {"reason": EVIL})


def is_clean(text: str) -> bool:
    """Nothing but printable characters and line ends."""
    return all(character.isprintable() or character == "\n" for character in text)


async def test_words_of_a_peer_stay_within_their_quotes(speaker: SpeakerProcess) -> None:
    with listen("127.0.51.2") as listener:
        await shut_down_with(speaker, listener, EVIL)
    assert speaker.log.isascii() and is_clean(speaker.log)
    lines = [logfmt(line) for line in speaker.log.splitlines()]
    down = [line for line in lines if line["msg"] == "session down"]
    assert [line["session"] for line in down] == ["a/x"]
    assert "over" in down[0]["text"]
    assert [line["msg"] for line in lines].count("session up") == 1
    told = await speaker.session("a/x")
    assert told["lastError"]["text"].startswith("over")
    assert is_clean(told["lastError"]["text"])
    assert all(is_clean(step["reason"]) for step in told["history"])
    async with speaker.http.get("http://speaker/metrics") as answer:
        text = await answer.text()
    assert is_clean(text)
    assert parse(text)


async def test_json_log_goes_to_a_private_file(tmp_path: Path) -> None:
    log = tmp_path / "own.log"
    speaker = SpeakerProcess(tmp_path)
    before = os.umask(0)
    try:
        await speaker.start("--log", log, "--log-format", "json")
    finally:
        os.umask(before)
    try:
        with listen("127.0.51.2") as listener:
            await shut_down_with(speaker, listener, EVIL)
    finally:
        await speaker.stop()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert lines[0]["msg"] == "started"
    assert lines[-1]["msg"] == "stopping"
    assert {"time", "level", "msg"} <= lines[0].keys()
    assert [line["session"] for line in lines if line["msg"] == "session up"] == ["a/x"]
    assert speaker.log == "", "nothing goes to stderr besides"


def test_log_is_set_aside_when_it_has_grown(tmp_path: Path) -> None:
    """In a process of its own, because a process has one log."""
    log = tmp_path / "log"
    script = (
        "import logging, pathlib, sys; from speaker.daemon import logs\n"
        "logs.LOG_OCTETS = 2000\n"
        "logs.set_up(pathlib.Path(sys.argv[1]))\n"
        "for n in range(200): logging.info(logs.line('counted', number=n))\n"
    )
    folder = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", script, log], check=True, cwd=folder)
    found = sorted(path.name for path in tmp_path.iterdir())
    assert found == ["log", *(f"log.{n}" for n in range(1, logs.LOGS_KEPT + 1))]
    for path in tmp_path.iterdir():
        assert path.stat().st_size <= 2000
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "number=199" in log.read_text()


def test_full_or_closed_log_ends_nothing(tmp_path: Path) -> None:
    with (
        open("/dev/full", "w") as full,
        subprocess.Popen(
            [sys.executable, "-m", "speaker", "run", "--socket", str(tmp_path / "s")],
            stderr=full,
            cwd=Path(__file__).parents[2],
        ) as process,
    ):
        wait_until((tmp_path / "s").exists, "the control socket")
        process.terminate()
        assert process.wait(20) == 0
