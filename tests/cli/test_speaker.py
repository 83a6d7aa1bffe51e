"""`lbtui speaker` and `lbtui sessions` with real processes and a real session between them."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support.command import COMMAND, Lbtui
from tests.support.loopback import PORT, address
from tests.support.manifests import edit, write_loopback_cluster
from tests.support.polling import wait_until
from tests.support.ports import free_port

SESSION = "node-a/tor"
SCHEMA = Path(__file__).parents[2] / "lbtui" / "outputs.schema.json"
OUTPUTS = json.loads(SCHEMA.read_text(encoding="utf-8"))


@pytest.fixture
def speaker(lbtui: Lbtui) -> Iterator[Lbtui]:
    """The command, with a speaker of the user's own running detached."""
    assert lbtui("speaker", "start").returncode == 0
    yield lbtui
    lbtui("speaker", "stop")


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    """One node and one peer, both on loopback addresses."""
    return write_loopback_cluster(tmp_path / "cluster")


@pytest.fixture
def router(lbtui: Lbtui, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The peer: a second speaker in the foreground, from a file, passive."""
    session = {
        "id": "tor/node-a",
        "peer": "node-a",
        "localAsn": 64512,
        "peerAsn": 64512,
        "address": address(11),
        "sourceAddress": address(1),
        "port": PORT,
        "passive": True,
        "keepReceived": True,
        "routeSet": "none",
    }
    document = {
        "generation": 1,
        "speakers": [{"name": "tor", "routerId": address(1), "sessions": [session]}],
        "routeSets": {"none": []},
    }
    config = tmp_path / "router.json"
    config.write_text(json.dumps(document))
    socket = Path(lbtui.environment["HOME"]) / "router.sock"
    words = ("speaker", "run", "--config", str(config), "--socket", str(socket))
    command = [*COMMAND, *words, "--state", str(tmp_path / "router-state")]
    with subprocess.Popen(
        command, env=dict(lbtui.environment), stderr=subprocess.PIPE, text=True
    ) as process:
        wait_until(socket.exists, "the router's control socket")
        yield process
        process.terminate()


def row(lbtui: Lbtui) -> dict[str, Any]:
    """The session, as `lbtui sessions` tells it."""
    document = lbtui.json("sessions", "-o", "json")
    jsonschema.validate(document, {**OUTPUTS, "anyOf": [{"$ref": "#/$defs/sessions"}]})
    rows = {session["id"]: session for session in document["sessions"]}
    return dict(rows[SESSION])


def wait_for_state(lbtui: Lbtui, state: str) -> dict[str, Any]:
    """The session, once it is in `state`."""

    def look() -> dict[str, Any]:
        found = row(lbtui)
        return found if found["state"] == state else {}

    return wait_until(look, f"{SESSION} is {state}")


def test_without_a_speaker_status_says_no(lbtui: Lbtui) -> None:
    assert lbtui.json("speaker", "status", "-o", "json", code=1)["running"] is False
    done = lbtui("sessions")
    assert (done.returncode, done.stdout) == (2, "")
    assert "lbtui speaker start" in done.stderr


def test_stop_that_keeps_routes_ends_it_too(speaker: Lbtui) -> None:
    told = speaker("speaker", "stop", "--keep-routes")
    assert told.returncode == 0
    assert "routers with graceful restart keep its routes" in told.stderr
    assert speaker("speaker", "status").returncode == 1


def test_start_twice_is_one_speaker_and_stop_ends_it(speaker: Lbtui) -> None:
    pid = speaker.json("speaker", "status", "-o", "json")["pid"]
    assert speaker("speaker", "start").returncode == 0
    assert speaker.json("speaker", "status", "-o", "json")["pid"] == pid
    assert speaker("speaker", "stop").returncode == 0
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), "the speaker has ended")
    assert speaker("speaker", "status").returncode == 1
    assert speaker("speaker", "stop").returncode == 0


def test_a_peer_whose_secret_is_not_there_is_left_out(speaker: Lbtui, cluster: Path) -> None:
    edit(cluster / "peers.yaml", "connectTime: 1s", "passwordSecret: {name: tor-key}")
    done = speaker("speaker", "apply", str(cluster))
    assert done.returncode == 0
    assert "0 sessions, 0 routes.\nLeft out: tor. Its password is in" in done.stderr
    assert speaker.json("sessions", "-o", "json")["sessions"] == []
    (cluster / "secret.yaml").write_text(
        "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/basic-auth\n"
        "metadata: {name: tor-key, namespace: metallb-system}\nstringData: {password: hush}\n"
    )
    done = speaker("speaker", "apply", str(cluster))
    assert done.stderr.endswith(": 1 session, 1 route.\n")
    (session,) = speaker.json("sessions", "-o", "json")["sessions"]
    assert session["password"] is True


def test_apply_announces_what_preview_shows(
    speaker: Lbtui, cluster: Path, router: subprocess.Popen[str]
) -> None:
    done = speaker("speaker", "apply", str(cluster))
    assert (done.returncode, done.stderr) == (0, "Accepted as generation 1: 1 session, 1 route.\n")
    session = wait_for_state(speaker, "Established")
    assert session["prefixes"]["ipv4"]["desired"] == 1
    preview = speaker.json("preview", str(cluster), "-o", "json")
    (route,) = preview["nodes"]["node-a"]["tor"]["routes"]
    assert route["nextHop"] == session["localAddress"] == address(11)

    table = speaker("speaker", "sessions").stdout.splitlines()
    assert table[0].split()[:3] == ["NODE", "PEER", "STATE"]
    assert table[1].split()[:3] == ["node-a", "tor", "Established"]
    assert "1 Established" in speaker("speaker", "status").stdout
    page = speaker("sessions", SESSION).stdout
    headings = [line for line in page.splitlines() if line and not line.startswith(" ")]
    assert headings[:4] == [f"Session {SESSION}", "State", "Identity", "Transport"]
    assert "in use" in page and "round trip" in page and "KEEPALIVE received" in page
    one = speaker.json("sessions", SESSION, "-o", "json")["sessions"]
    assert [found["id"] for found in one] == [SESSION]

    router.send_signal(signal.SIGTERM)
    assert router.wait(timeout=20) == 0
    wait_until(lambda: row(speaker)["state"] != "Established", "the session is down")
    steps = [step["reason"] for step in row(speaker)["history"] if step["before"] == "Established"]
    assert len(steps) == 1
    assert "the speaker was stopped" in steps[0], "the router's own words, by RFC 9003"


def test_lab_routers_play_peers_by_argument_and_by_the_settings(
    speaker: Lbtui, cluster: Path, router: subprocess.Popen[str]
) -> None:
    edit(cluster / "peers.yaml", f"peerAddress: {address(1)}", "peerAddress: 192.0.2.1")
    done = speaker("speaker", "apply", str(cluster), "--lab", f"peer/tor={address(1)}")
    assert done.stderr.startswith(f"LAB: sessions to tor go to {address(1)}.\nAccepted as")
    assert wait_for_state(speaker, "Established")["address"] == address(1)
    lab = ("--lab", f"peer/tor={address(1)}")
    assert "tor LAB" in speaker("sessions", *lab).stdout
    assert f"LAB: goes to {address(1)}" in speaker("sessions", SESSION, *lab).stdout
    assert "LAB" not in speaker("sessions").stdout
    wrong = speaker("speaker", "apply", str(cluster), "--lab", "tor=192.0.2.9")
    assert wrong.returncode == 2 and "write peer/NAME or node/NAME" in wrong.stderr
    settings = Path(speaker.json("config", "show", "-o", "json")["file"])
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("[lab\n'peer/tor' = '192.0.2.9'\n")
    refused = speaker("speaker", "apply", str(cluster))
    assert refused.returncode == 2 and "no valid TOML" in refused.stderr
    settings.write_text(f"[lab]\n'peer/tor' = '{address(1)}'\n")
    again = speaker("speaker", "apply", str(cluster))
    assert f"LAB: sessions to tor go to {address(1)}." in again.stderr
    assert wait_for_state(speaker, "Established")["establishedCount"] == 1
    assert "tor LAB" in speaker("sessions").stdout


def test_reset_disable_and_enable_move_the_session(
    speaker: Lbtui, cluster: Path, router: subprocess.Popen[str]
) -> None:
    speaker("speaker", "apply", str(cluster))
    wait_for_state(speaker, "Established")
    assert speaker("speaker", "reset", SESSION, "--reason", "as told").returncode == 0
    wait_until(lambda: row(speaker)["droppedCount"] == 1, "the session was closed")
    wait_for_state(speaker, "Established")
    assert speaker("speaker", "disable", SESSION, "--reason", "works on the rack").returncode == 0
    down = wait_for_state(speaker, "Idle")
    assert down["enabled"] is False
    socket = Path(speaker.environment["HOME"]) / "router.sock"
    assert "works on the rack" in speaker("sessions", "--socket", str(socket)).stdout
    assert speaker("speaker", "enable", SESSION).returncode == 0
    wait_for_state(speaker, "Established")


def test_an_unknown_session_is_a_failure(speaker: Lbtui) -> None:
    done = speaker("speaker", "reset", "nobody/nowhere")
    assert done.returncode == 2
    assert "nobody/nowhere" in done.stderr


def test_manifests_with_errors_are_not_applied(speaker: Lbtui, cluster: Path) -> None:
    edit(cluster / "advertisements.yaml", "- NO_ADVERTISE", "- NO_ADVERTIZE")
    done = speaker("speaker", "apply", str(cluster))
    assert done.returncode == 1
    assert "unknown-alias" in done.stderr
    assert "Nothing was applied." in done.stderr
    generation = speaker.json("speaker", "status", "-o", "json")["generation"]
    assert generation["accepted"] == 0


def test_apply_as_a_node_that_is_not_there_is_refused(speaker: Lbtui, cluster: Path) -> None:
    done = speaker("speaker", "apply", str(cluster), "--node", "node-z")
    assert done.returncode == 2
    assert "there is no node 'node-z'" in done.stderr


def test_watch_tells_every_change_one_document_a_line(
    speaker: Lbtui, cluster: Path, router: subprocess.Popen[str]
) -> None:
    limit = ["timeout", "60"]  # ends the command, and so the reading below, if nothing comes
    with subprocess.Popen(
        [*limit, *COMMAND, "sessions", "--watch", "-o", "json"],
        env=dict(speaker.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stdout is not None and watching.stderr is not None
        first = json.loads(watching.stdout.readline())
        assert (first["running"], first["sessions"]) == (True, [])
        speaker("speaker", "apply", str(cluster))
        for line in watching.stdout:
            document = json.loads(line)
            if [s["state"] for s in document["sessions"]] == ["Established"]:
                break
        speaker("speaker", "stop")
        for line in watching.stdout:
            if json.loads(line)["running"] is False:
                break
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=20) == 130
        assert "Traceback" not in watching.stderr.read()


def test_run_refuses_a_document_that_is_wrong(lbtui: Lbtui, tmp_path: Path) -> None:
    config = tmp_path / "wrong.json"
    config.write_text('{"generation": 1, "speakers": 7, "routeSets": {}}')
    done = lbtui("speaker", "run", "--config", str(config))
    assert done.returncode == 2
    assert "speakers" in done.stderr


def test_a_socket_that_is_no_socket_is_told(lbtui: Lbtui, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = lbtui("speaker", "status", "--socket", "file")
    assert done.returncode == 2
    assert "is not a socket" in done.stderr


def test_a_speaker_on_tcp_is_talked_to_with_its_token(
    lbtui: Lbtui, cluster: Path, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("a-token-that-nobody-guesses\n")
    token.chmod(0o600)
    port = free_port("127.0.0.1")
    words = ("--listen", f"127.0.0.1:{port}", "--token-file", str(token), "--log-format", "json")
    socket = Path(lbtui.environment["HOME"]) / "other.sock"
    here = ("--socket", str(socket), "--state", str(tmp_path / "state"))
    with subprocess.Popen(
        [*COMMAND, "speaker", "run", *here, *words],
        env=dict(lbtui.environment),
        stderr=subprocess.DEVNULL,
    ) as process:
        wait_until(socket.exists, "the control socket")
        to = ("--connect", f"http://127.0.0.1:{port}", "--token-file", str(token))
        assert lbtui("speaker", "apply", str(cluster), *to).returncode == 0
        assert lbtui.json("sessions", "-o", "json", *to)["sessions"][0]["id"] == SESSION
        token.write_text("another-token-altogether\n")
        done = lbtui("speaker", "status", *to)
        assert done.returncode == 2
        assert "token" in done.stderr and "another" not in done.stderr
        process.terminate()
    done = lbtui("sessions", "--connect", "http://192.0.2.1:80", "--token-file", str(token))
    assert done.returncode == 2
    assert "use https://" in done.stderr
    done = lbtui("sessions", *to, "--socket", "x")
    assert (done.returncode, "give one of them" in done.stderr) == (2, True)
