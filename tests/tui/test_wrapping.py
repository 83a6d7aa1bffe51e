from __future__ import annotations

import pytest

from lbtui.tui.text import Span, line, plain, wrap

TEXT = "BGPAdvertisement/premium names the peer 'transit-2', which does not exist: it gets nothing"


@pytest.mark.parametrize("width", range(12, 92))
def test_words_stay_whole_and_apart_and_no_line_begins_with_more_than_its_indent(
    width: int,
) -> None:
    lines = [plain(one) for one in wrap(line(Span(TEXT[:30], "bad"), TEXT[30:]), width)]
    assert all(len(one.rstrip()) <= width for one in lines)
    assert all(one.startswith("  ") and one[2] != " " for one in lines[1:])
    joined = "".join(one[2 * bool(at) :] for at, one in enumerate(lines))
    assert joined.replace(" ", "") == TEXT.replace(" ", "")
    if width > len("BGPAdvertisement/premium") + 2:
        assert " ".join(" ".join(lines).split()) == TEXT
