"""What can be typed into a filter, against rows with columns, labels and faults."""

from __future__ import annotations

import pytest

from lbtui.tui.text import Span
from lbtui.tui.widgets.filter_terms import FAULTY, toggled
from lbtui.tui.widgets.rows import Column, ItemRows
from lbtui.tui.widgets.search import SearchTexts

COLUMNS = (Column("name", "Service"), Column("routes", "Routes"), Column("state", "State"))
ROWS = [
    ("default/web", "10", Span("announced", "good"), "app=web tier=front"),
    ("default/api", "0", Span("to no peer", "warning"), "app=api"),
    ("shop/web-2", "1", Span("announced", "good"), ""),
]
FILTERS = [
    ("web", [0, 2]),
    ("!web", [1]),
    ("web default", [0]),
    ("/^web/", []),
    ("/^SHOP|^default.api/", [1, 2]),
    ("!/web(-\\d)?$/", [0, 1, 2]),
    ("/web[/", []),
    ("/web", [0, 2]),
    ("state=announced", [0, 2]),
    ("!state=announced", [1]),
    ("routes=0", [1]),
    ("routes=1 shop", [2]),
    ("service=web", [0, 2]),
    ('state="no peer"', [1]),
    ('"to no"', [1]),
    ("app=web", [0]),
    ("tier=", [0]),
    ("-l app=web", [0]),
    ("state=", [0, 1, 2]),
    (FAULTY, [1]),
    (f"!{FAULTY}", [0, 2]),
    ("! !! =", [0, 1]),
]


@pytest.mark.parametrize(("pattern", "expected"), FILTERS, ids=[one[0] for one in FILTERS])
def test_filter(pattern: str, expected: list[int]) -> None:
    rows = ItemRows(COLUMNS, ROWS, hash, lambda row: row[:3], more_of=lambda row: row[3])
    texts = SearchTexts(rows)
    assert texts.extend(1.0)
    assert list(texts.matching(pattern)) == expected


def test_a_term_goes_in_and_out_and_leaves_the_others() -> None:
    assert toggled("", FAULTY) == FAULTY
    assert toggled("web", FAULTY) == f"web {FAULTY}"
    assert toggled(f"web {FAULTY}", FAULTY) == "web"
