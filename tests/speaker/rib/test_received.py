"""What a peer announced, counted."""

from __future__ import annotations

from speaker.codec.update import Reach, Unreach, Update
from speaker.rib.received import MOST_PREFIXES, AdjRibIn

BATCH = 1000


def batch(number: int) -> tuple[bytes, ...]:
    return tuple(bytes([32]) + (number * BATCH + n).to_bytes(4, "big") for n in range(BATCH))


def announced(routes: AdjRibIn, numbers: range) -> None:
    for number in numbers:
        routes.apply(Update((Reach("ipv4", b"\xc0\x00\x02\x01", batch(number)),)))


def test_a_flood_is_forgotten_from_some_number_on() -> None:
    routes = AdjRibIn(keep=False)
    announced(routes, range(2 * MOST_PREFIXES // BATCH))
    assert routes.count("ipv4") == MOST_PREFIXES
    routes.apply(Update(withdrawn=(Unreach("ipv4", batch(0)), Unreach("ipv4", batch(10**4)))))
    assert routes.count("ipv4") == MOST_PREFIXES - BATCH
    announced(routes, range(1))
    assert routes.count("ipv4") == MOST_PREFIXES


def test_who_asks_for_the_routes_gets_them_all() -> None:
    routes = AdjRibIn(keep=True)
    many = MOST_PREFIXES // BATCH + 2
    announced(routes, range(many))
    assert routes.count("ipv4") == many * BATCH
    assert [row.prefix for row in routes.routes(limit=1)] == ["0.0.0.0/32"]
