"""The speaker at hand: a rack taken away in thought, a router's table, a session held down."""

from __future__ import annotations

from tests.terminal.conftest import OpenConsole


def test_a_rack_goes_in_thought_and_a_session_for_real(console: OpenConsole) -> None:
    """What the loss of rack a costs; what a router hears; one session down, told why, and up."""
    terminal = console("--demo", size=(140, 40))
    terminal.wait_for(r"sessions 20/20 Established")
    terminal.press(":")
    terminal.wait_for("Commands")
    terminal.type("without rack=rack-a")
    terminal.press("Enter")
    terminal.wait_for("Without .*(worker-a1|rack)")
    terminal.press("7", "/")
    terminal.wait_for("filter")
    terminal.type("peer=transit")
    terminal.press("Enter")
    terminal.wait_for(r"^▌198.51.100.0/24 +transit +edge-c1, edge-c2")

    terminal.press("8")
    terminal.wait_for(r"^▌.*Established +spine-1 +edge-c1 .* v4 4/4 +v6 3/3")
    terminal.press("D")
    terminal.wait_for("Hold edge-c1/spine-1 down")
    terminal.wait_for("The peer drops 7 routes")
    terminal.type("linecard swap")
    terminal.press("Enter")
    terminal.wait_for("^▌.*admin down +spine-1 +edge-c1")
    terminal.wait_for('"linecard swap"')
    terminal.wait_for("sessions 19/20")
    terminal.press("D")
    terminal.wait_for(r"^▌.*Established +spine-1 +edge-c1 .* v4 4/4 +v6 3/3")
    terminal.press("q")
    assert terminal.exit_code() == 0
