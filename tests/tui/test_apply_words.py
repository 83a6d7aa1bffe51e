"""What the apply dialog says."""

from __future__ import annotations

from lbtui.core.routing.apply_plan import ApplyPlan, PeerRoutes, SessionReset
from lbtui.tui.views.apply_words import consequences

NOTHING = ApplyPlan(opened=(), closed=(), reset=(), kept=4, routes=())


def test_an_empty_plan_says_that_nothing_happens() -> None:
    assert consequences(NOTHING) == ("  Nothing: the speaker already has exactly this.",)


def test_every_consequence_has_its_line() -> None:
    plan = ApplyPlan(
        opened=tuple((node, "tor") for node in "abcdef"),
        closed=(("g", "tor"),),
        reset=(SessionReset("h", "tor", ("hold_time", "password")),),
        kept=2,
        routes=(PeerRoutes("tor", ("198.51.100.1/32",), ("198.51.100.2/32",), ("2001:db8::/64",)),),
    )
    assert consequences(plan) == (
        "+ opens 6 sessions: a/tor, b/tor, c/tor and 3 more",
        "- closes 1 session: g/tor",
        "~ resets 1 session: h/tor, because of holdTime, password",
        "  leaves 2 sessions untouched",
        "+ tor gets 1 route: 198.51.100.1/32",
        "- tor loses 1 route: 198.51.100.2/32",
        "~ tor sees other attributes on 1 route: 2001:db8::/64",
    )
