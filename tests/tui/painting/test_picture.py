from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lbtui.tui.painting.picture import Picture, Piece
from tests.support.cells import Cells

WIDTH, HEIGHT = 24, 4
COLORS = [None, "#d8dee6", "#12161c", "red", "color(200)"]
STYLES = st.builds(
    Style,
    color=st.sampled_from(COLORS),
    bgcolor=st.sampled_from(COLORS),
    bold=st.booleans(),
    dim=st.booleans(),
    reverse=st.booleans(),
    underline=st.sampled_from([None, True]),
    frame=st.sampled_from([None, None, None, True]),
)
TEXT = st.text(st.sampled_from("ab  ●é日"), min_size=1, max_size=6)
SEGMENT = st.tuples(TEXT, st.one_of(st.none(), STYLES)).map(lambda found: Segment(*found))
LINE = st.lists(SEGMENT, max_size=5)


def strip_of(segments: list[Segment]) -> Strip:
    return Strip(segments).adjust_cell_length(WIDTH)


def whole(strips: list[Strip]) -> list[Piece]:
    return [Piece(0, y, (strip,)) for y, strip in enumerate(strips)]


def drawn_anew(strips: list[Strip], colors: ColorSystem = ColorSystem.TRUECOLOR) -> Cells:
    cells = Cells(WIDTH, HEIGHT)
    cells.write(Picture(WIDTH, HEIGHT, colors).update(whole(strips)))
    return cells


@settings(max_examples=80)
@given(
    st.lists(
        st.lists(LINE.map(strip_of), min_size=HEIGHT, max_size=HEIGHT), min_size=2, max_size=4
    ),
    st.sampled_from([ColorSystem.TRUECOLOR, ColorSystem.STANDARD]),
)
def test_difference_leads_to_the_same_screen_as_drawing_all(
    pictures: list[list[Strip]], colors: ColorSystem
) -> None:
    terminal, picture = Cells(WIDTH, HEIGHT), Picture(WIDTH, HEIGHT, colors)
    for strips in pictures:
        terminal.write(picture.update(whole(strips)))
        assert terminal.shown == drawn_anew(strips, colors).shown
        assert terminal.pen == Cells(1, 1).pen, "the pen is left as it was found"
        assert picture.update(whole(strips)) == ""


@settings(max_examples=80)
@given(st.lists(LINE.map(strip_of), min_size=HEIGHT, max_size=HEIGHT))
def test_what_is_drawn_is_what_textual_would_draw(strips: list[Strip]) -> None:
    plain = Cells(WIDTH, HEIGHT)
    for y, strip in enumerate(strips):
        plain.write(f"\x1b[{y + 1};1H")
        for text, style, _ in strip:
            plain.write(style.render(text, color_system=ColorSystem.TRUECOLOR) if style else text)
    assert drawn_anew(strips).shown == plain.shown


def octets(before: str, after: str, style: str = "") -> str:
    picture = Picture(40, 1, ColorSystem.TRUECOLOR)

    def pieces(text: str) -> list[Piece]:
        segment = Segment(text, Style.parse(style))
        return [Piece(0, 0, (Strip([segment]).adjust_cell_length(40),))]

    picture.update(pieces(before))
    return picture.update(pieces(after))


@pytest.mark.parametrize(
    ("before", "after", "written"),
    [
        pytest.param("same", "same", "", id="nothing"),
        pytest.param("node-1 up", "node-2 up", "\x1b[1;6H2", id="one-character"),
        pytest.param("abcdef", "xbcdex", "\x1b[1;1Hxbcdex", id="short-gap-is-bridged"),
        pytest.param("abcdefgh", "xbcdefgx", "\x1b[1;1Hx\x1b[8Gx", id="long-gap-is-jumped"),
        pytest.param("日本", "日木", "\x1b[1;1H日木" + " " * 36, id="wide-line-as-a-whole"),
    ],
)
def test_octets_of_a_change(before: str, after: str, written: str) -> None:
    assert octets(before, after) == written


def test_a_piece_changes_its_own_cells_only() -> None:
    terminal, picture = Cells(12, 2), Picture(12, 2, ColorSystem.TRUECOLOR)
    blank = [Piece(0, y, (Strip.blank(12),)) for y in (0, 1)]
    terminal.write(picture.update([*blank, Piece(4, 1, (Strip([Segment("abc")]),))]))
    texts = ["".join(text for text, _ in line) for line in terminal.shown]
    assert texts == [" " * 12, "    abc     "]
    beyond = [Piece(10, 1, (Strip([Segment("xyz")]),)), Piece(0, 2, (Strip([Segment("no")]),))]
    terminal.write(picture.update(beyond))
    assert "".join(text for text, _ in terminal.shown[1]) == "    abc   xy"
