"""The API's documents in the ports' words."""

from __future__ import annotations

import pytest

from lbtui.adapters.speaker_documents import describe_error, printable
from speaker.api import ErrorInfo


def error(
    direction: str, code: int | None, subcode: int | None, name: str, text: str = ""
) -> ErrorInfo:
    return ErrorInfo(direction, code, subcode, name, text, "", 0.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("info", "text"),
    [
        pytest.param(None, "", id="none"),
        pytest.param(
            error("received", 6, 2, "Cease: Administrative Shutdown", "moving racks"),
            '← 6/2 Cease: Administrative Shutdown "moving racks"',
            id="shutdown-communication",
        ),
        pytest.param(
            error("sent", 4, 0, "Hold Timer Expired"), "→ 4/0 Hold Timer Expired", id="sent"
        ),
        pytest.param(
            error("sent", 2, 2, "OPEN: Bad Peer AS", "it is AS 64999"),
            "→ 2/2 OPEN: Bad Peer AS: it is AS 64999",
            id="with-a-reason",
        ),
        pytest.param(
            error("local", None, None, "Connection lost", "Connection refused"),
            "Connection lost: Connection refused",
            id="never-on-the-wire",
        ),
        pytest.param(
            error("local", None, None, "cannot listen", "cannot listen on 192.0.2.1:179: in use"),
            "cannot listen on 192.0.2.1:179: in use",
            id="name-in-text",
        ),
    ],
)
def test_errors_are_one_line_with_their_direction(info: ErrorInfo | None, text: str) -> None:
    assert describe_error(info) == text


def test_a_peer_cannot_drive_the_terminal() -> None:
    info = error("received", 6, 2, "Cease: Administrative Shutdown", "\x1b[2Jgone\r\n\u202e")
    assert describe_error(info) == '← 6/2 Cease: Administrative Shutdown "·[2Jgone···"'
    assert printable("héllo wörld") == "héllo wörld"
