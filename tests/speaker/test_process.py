"""Start, stop, crash, and everything that can stand in the way."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import stat
import sys
from pathlib import Path

import pytest

from tests.speaker.conftest import Lab
from tests.speaker.running import SpeakerProcess, document, session, until

ONE = {"prefix": "198.51.100.1/32"}
ROOT = Path(__file__).parents[2]


async def run(*arguments: str | Path) -> tuple[int | None, str]:
    """Run a speaker that is expected to end by itself; exit code and output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "speaker", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=ROOT,
    )
    try:
        async with asyncio.timeout(10):
            out, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        pytest.fail("it did not end")
    text = out.decode()
    assert "Traceback" not in text
    return process.returncode, text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["stop", "kill"])
async def test_restart_resumes_what_was_accepted(lab: Lab, number: signal.Signals) -> None:
    await lab.connect(ONE)
    assert await lab.speaker.stop(number) == (0 if number is signal.SIGTERM else -number)
    await lab.tor.received("tor/node-a", 0)
    await lab.speaker.start()
    assert (await lab.speaker.get("/v1/status"))["generationAccepted"] == 1
    await lab.speaker.established("node-a/tor")
    await lab.tor.received("tor/node-a", 1)
    stale = {**document([]), "generation": 1}
    assert (await lab.speaker.call("PUT", "/v1/config", stale)).status == 409


@pytest.mark.parametrize(
    ("way", "is_restart"), [("kill", True), ("keep", True), ("stop", False), ("call", False)]
)
async def test_next_process_says_restarted_unless_the_peers_were_told(
    lab: Lab, way: str, is_restart: bool
) -> None:
    """The R bit of RFC 4724: only then may a peer still have the routes of before."""
    await lab.tor.put(document([lab.tor_session(gracefulRestart=True)], name="tor"))
    await lab.speaker.put(document([lab.session(gracefulRestart=True)], {"rs": [ONE]}))
    first = await lab.speaker.established("node-a/tor")
    assert first["gracefulRestart"]["restarted"] is False
    if way in ("keep", "call"):
        body = {"keepRoutes": way == "keep"}
        assert (await lab.speaker.call("POST", "/v1/stop", body)).status == 202
        assert await lab.speaker.wait() == 0
    await lab.speaker.stop(signal.SIGKILL if way == "kill" else signal.SIGTERM)
    told = (lab.speaker.state / "goodbye").exists()
    assert told is not is_restart
    await lab.speaker.start()
    again = await lab.speaker.established("node-a/tor")
    assert again["gracefulRestart"]["restarted"] is is_restart
    assert not (lab.speaker.state / "goodbye").exists()
    await lab.speaker.call("POST", "/v1/sessions/node-a/tor/reset")
    later = await lab.speaker.until_session(
        "node-a/tor", lambda found: bool(found["establishedCount"] == 2)
    )
    assert later["gracefulRestart"]["restarted"] is False


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[: len(data) // 2], id="torn"),
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: bytes(len(data)), id="zeroes"),
        pytest.param(lambda data: data.replace(b"198.51.100.1/32", b"198.51.100.1/33"), id="wrong"),
        pytest.param(lambda data: data.replace(b"198.51.100.1/", b"198.51.100.3/"), id="one-bit"),
    ],
)
async def test_broken_state_is_set_aside(speaker: SpeakerProcess, damage: object) -> None:
    assert callable(damage)
    await speaker.put(document([session("a/x", address="127.0.51.8")], {"rs": [ONE]}))
    await speaker.stop(signal.SIGKILL)
    path = speaker.state / "config.json"
    broken = damage(path.read_bytes())
    path.write_bytes(broken)
    await speaker.start()
    assert (await speaker.get("/v1/status"))["generationAccepted"] == 0
    assert (await speaker.get("/v1/sessions"))["sessions"] == []
    assert "broken state set aside" in speaker.log
    (aside,) = speaker.state.glob("config.json.broken-*")
    assert aside.read_bytes() == broken
    speaker.generation = 0
    await speaker.put(document([]))


async def test_kill_while_writing_leaves_a_document(speaker: SpeakerProcess) -> None:
    routes = [{"prefix": f"2001:db8::{number:x}/128"} for number in range(3000)]
    for _ in range(5):
        acknowledged = speaker.generation
        for _ in range(3):
            await speaker.put(document([], {"rs": routes}))
            acknowledged = speaker.generation
        wanted = {**document([], {"rs": routes}), "generation": acknowledged + 1}
        last = asyncio.create_task(speaker.call("PUT", "/v1/config", wanted))
        await asyncio.sleep(random.uniform(0, 0.06))
        os.kill(speaker.pid, signal.SIGKILL)
        answers = await asyncio.gather(last, return_exceptions=True)
        assert len(answers) == 1
        await speaker.stop(signal.SIGKILL)
        await speaker.start()
        status = await speaker.get("/v1/status")
        assert status["generationAccepted"] in (acknowledged, acknowledged + 1)
        assert {path.name for path in speaker.state.iterdir()} == {"config.json", "speaker.lock"}
        speaker.generation = status["generationAccepted"]


async def test_everything_on_disk_is_private(speaker: SpeakerProcess) -> None:
    await speaker.put(document([session("a/x", address="127.0.51.8")]))
    await speaker.call("POST", "/v1/sessions/a/x/disable")
    files = [path for path in speaker.state.iterdir() if path.is_file()]
    assert {path.name for path in files} == {"config.json", "disabled.json", "speaker.lock"}
    for path, mode in [
        (speaker.state, 0o700),
        (speaker.socket.parent, 0o700),
        (speaker.socket, 0o600),
        *((path, 0o600) for path in files),
    ]:
        assert stat.S_IMODE(path.stat().st_mode) == mode, path


async def test_second_process_on_one_state_folder_is_refused(speaker: SpeakerProcess) -> None:
    other = speaker.folder / "other.sock"
    code, text = await run("run", "--socket", other, "--state", speaker.state)
    assert code == 2
    assert f"pid {speaker.pid}" in text
    assert str(speaker.state) in text
    assert (await speaker.call("GET", "/v1/status")).status == 200


async def test_second_process_on_one_socket_is_refused(speaker: SpeakerProcess) -> None:
    code, text = await run("run", "--socket", speaker.socket)
    assert code == 2
    assert "already answers" in text
    assert (await speaker.call("GET", "/v1/status")).status == 200


async def test_stale_socket_is_replaced(speaker: SpeakerProcess) -> None:
    await speaker.stop(signal.SIGKILL)
    assert speaker.socket.exists()
    await speaker.start()
    await speaker.stop()
    assert not speaker.socket.exists()


async def test_file_in_the_socket_s_place_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_text("mine")
    code, text = await run("run", "--socket", path)
    assert (code, path.read_text()) == (2, "mine")
    assert "is not a socket" in text


async def test_folder_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    code, text = await run("run", "--socket", folder / "s")
    assert code == 2
    assert f"chmod 700 {folder}" in text


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give files away")
async def test_socket_and_folder_of_another_user_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))
    os.chown(path, 65534, -1)
    code, text = await run("run", "--socket", path)
    assert code == 2
    assert "belongs to user 65534" in text
    folder = tmp_path / "theirs"
    folder.mkdir()
    os.chown(folder, 65534, -1)
    for option in (("--socket", folder / "s"), ("--socket", tmp_path / "x", "--state", folder)):
        code, text = await run("run", *option)
        assert code == 2
        assert f"{folder} belongs to user 65534" in text


async def test_full_disk_changes_nothing(tmp_path: Path) -> None:
    """A limit on file sizes stands in for the disk: the kernel refuses the write all the same."""
    speaker = SpeakerProcess(tmp_path, prefix=("prlimit", "--fsize=20000:20000"))
    await speaker.start()
    try:
        await speaker.put(document([], {"rs": [ONE]}))
        routes = [{"prefix": f"2001:db8::{number:x}/128"} for number in range(2000)]
        large = {**document([], {"rs": routes}), "generation": 2}
        answer = await speaker.call("PUT", "/v1/config", large)
        assert (answer.status, answer.body["error"]["code"]) == (507, "storage")
        assert str(speaker.state) in answer.body["error"]["message"]
        assert (await speaker.get("/v1/config"))["generation"] == 1
        assert {path.name for path in speaker.state.iterdir()} == {"config.json", "speaker.lock"}
        assert json.loads((speaker.state / "config.json").read_bytes())["generation"] == 1
        await speaker.put(document([]))
    finally:
        await speaker.stop()


async def test_config_file_is_run_without_a_socket(lab: Lab, tmp_path: Path) -> None:
    await lab.tor.put(document([lab.tor_session()], name="tor", router_id="192.0.2.2"))
    path = tmp_path / "wanted.json"
    path.write_text(json.dumps(document([lab.session()], {"rs": [ONE]})))
    log = tmp_path / "own.log"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "speaker", "run", "--config", path, "--log", log), cwd=ROOT
    )
    try:
        await lab.tor.received("tor/node-a", 1)
    finally:
        process.terminate()
    assert await process.wait() == 0
    assert 'msg="session up" session=node-a/tor' in log.read_text()
    await lab.tor.received("tor/node-a", 0)


async def test_broken_config_file_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "wanted.json"
    for text, expected in [
        (None, "No such file"),
        ("{", "not JSON"),
        (
            json.dumps(document([session("a/x", address="nowhere", holdTime=1)])),
            "speakers[0].sessions[0].address",
        ),
    ]:
        if text is not None:
            path.write_text(text)
        code, said = await run("run", "--config", path)
        assert code == 2
        assert str(path) in said
        assert expected in said


async def test_usage_is_explained() -> None:
    code, text = await run("run")
    assert code == 2
    assert "--socket" in text


async def test_process_ends_with_its_console(tmp_path: Path) -> None:
    console = await asyncio.create_subprocess_exec("sleep", "600")
    speaker = SpeakerProcess(tmp_path)
    await speaker.start("--exit-with", str(console.pid))
    console.kill()
    await console.wait()

    async def look() -> bool:
        return not speaker.socket.exists()

    await until(look, "the speaker to end", explain=lambda: speaker.log)
    assert await speaker.wait() == 0
