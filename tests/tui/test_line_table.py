from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from lbtui.tui.text import Span
from lbtui.tui.widgets.columns import fit_columns
from lbtui.tui.widgets.line_table import LineTable
from lbtui.tui.widgets.line_view import changed_cells
from lbtui.tui.widgets.rows import Column, ItemRows
from lbtui.tui.widgets.search import SearchTexts

COLUMNS = (
    Column("prefix", "Prefix"),
    Column("peer", "Peer", priority=2),
    Column("nodes", "Nodes", priority=3, is_flexible=True, minimum=8),
)


class Counting:
    """Cells of a row; counts how often they were made."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, item: int) -> tuple[str, str, Span]:
        self.made += 1
        peer = f"peer-{item % 7}"
        return f"2001:db8::{item:x}/128", peer, Span(f"node-{item % 100} and others", "good")


def rows_of(items: list[int], cells: Counting | None = None) -> ItemRows[int]:
    return ItemRows(COLUMNS, items, lambda item: item, cells or Counting(), {"prefix": int})


class TableApp(App[None]):
    def __init__(self, items: list[int]) -> None:
        super().__init__()
        self.animation_level = "none"
        self.cells = Counting()
        self.table = LineTable(COLUMNS)
        self._items = items

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.show_rows(rows_of(self._items, self.cells))
        self.table.focus()


def lines(app: TableApp) -> list[str]:
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


async def press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
    await pilot.pause()


async def test_only_rows_near_the_screen_are_made_of_100_000() -> None:
    app = TableApp(list(range(100_000)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.table.shown_count == 100_000
        assert 22 <= app.cells.made < 1_000
        app.cells.made = 0
        await press(pilot, "end")
        assert app.table.cursor_key == 99_999
        assert "2001:db8::1869f/128" in lines(app)[-1]
        assert 0 < app.cells.made < 1_000


async def test_cursor_key_draws_two_lines() -> None:
    app = TableApp(list(range(1_000)))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        drawn: list[int] = []
        render = app.table.render_line
        app.table.render_line = lambda y: drawn.append(y) or render(y)  # type: ignore[method-assign,func-returns-value]
        await press(pilot, "down")
        assert set(drawn) == {1, 2}


async def test_cursor_and_its_height_stay_when_rows_come_before_it() -> None:
    app = TableApp(list(range(100, 200)))
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, *["down"] * 30)
        height = 30 - app.table.top
        app.table.show_rows(rows_of(list(range(50, 200))))
        await pilot.pause()
        assert app.table.cursor_key == 130
        assert lines(app)[height + 1].lstrip("▌> ").startswith("2001:db8::82/128")


async def test_cursor_keeps_its_place_when_its_row_goes() -> None:
    app = TableApp(list(range(10)))
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "down", "down", "down")
        app.table.show_rows(rows_of([0, 1, 2, 4, 5]))
        after = [app.table.cursor_key]
        for items in ([0], []):
            app.table.show_rows(rows_of(items))
            after.append(app.table.cursor_key)
        await press(pilot, "down", "up", "end", "pagedown", "enter", "o", "O")
        assert [*after, app.table.cursor_key] == [4, 0, None, None]


async def test_same_rows_again_draw_nothing() -> None:
    app = TableApp(list(range(100)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.table.show_rows(rows_of(list(range(100))))
        assert not app.table._repaint_regions


async def test_narrow_table_drops_the_least_important_columns() -> None:
    app = TableApp(list(range(5)))
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.pause()
        assert lines(app)[0].split() == ["Prefix", "Peer", "Nodes"]
        await pilot.resize_terminal(30, 10)
        await pilot.pause()
        assert lines(app)[0].split() == ["Prefix", "Peer"]
        await pilot.resize_terminal(19, 10)
        await pilot.pause()
        assert lines(app)[0].split() == ["Prefix"]
        await pilot.resize_terminal(80, 10)
        await pilot.pause()
        assert lines(app)[0].split() == ["Prefix", "Peer", "Nodes"]


@pytest.mark.parametrize("width", range(0, 60))
def test_columns_never_need_more_than_there_is(width: int) -> None:
    chosen = fit_columns(COLUMNS, (18, 6, 20), width)
    assert chosen
    assert sum(room for _, room in chosen) + 2 * (len(chosen) - 1) <= max(width, 0)


async def test_empty_table_and_empty_filter_say_different_things() -> None:
    app = TableApp([1, 2, 3])
    async with app.run_test(size=(80, 10)) as pilot:
        app.table.filter_by("nothing-has-this")
        await pilot.pause()
        assert any('No row matches "nothing-has-this"' in text for text in lines(app))
        app.table.empty_text = "There is nothing."
        app.table.show_rows(rows_of([]))
        await pilot.pause()
        assert any("There is nothing." in text for text in lines(app))


MATCHES = [
    pytest.param("tor-a iBGP", "", True, id="empty"),
    pytest.param("tor-a iBGP", "IBGP", True, id="case"),
    pytest.param("tor-a iBGP", "tor ebgp", False, id="every-word"),
    pytest.param("tor-a iBGP", "tor !ebgp", True, id="inverted"),
    pytest.param("tor-a iBGP", "!tor", False, id="inverted-match"),
    pytest.param("tor-a iBGP", "!", True, id="lone-mark"),
]


@pytest.mark.parametrize(("text", "pattern", "expected"), MATCHES)
def test_filter_words(text: str, pattern: str, expected: bool) -> None:
    rows = ItemRows((Column("text", "Text"),), [text], hash, lambda item: (item,))
    texts = SearchTexts(rows)
    assert texts.extend(1.0)
    assert bool(texts.matching(pattern)) is expected


async def test_changed_cells_are_found_between_equal_ends() -> None:
    app = TableApp([1])
    async with app.run_test(size=(40, 5)):
        table = app.table

        def strip(text: str) -> object:
            return table.strip([Span(text)], table.base(), 10)

        assert changed_cells(strip("abcdef"), strip("abXXef")) == (2, 4)  # type: ignore[arg-type]
        assert changed_cells(strip("abc"), strip("abc")) is None  # type: ignore[arg-type]
        assert changed_cells(strip("ab"), strip("日本")) == (0, 10)  # type: ignore[arg-type]
