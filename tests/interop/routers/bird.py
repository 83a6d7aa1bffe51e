"""BIRD 2, read back with `birdc show route all`."""

from __future__ import annotations

import re
import signal
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

from tests.interop.routers.base import (
    CONNECT_RETRY,
    RouterProcess,
    SeenRoute,
    Setup,
    program,
    until,
)

_ROUTE = re.compile(r"^(\S+/\d+)\s", re.MULTILINE)

_BFD = """
protocol bfd watch {
  interface "*" { min rx interval 100 ms; min tx interval 100 ms; multiplier 10; };
}
"""


class Bird:
    name: ClassVar[str] = "BIRD"
    programs: ClassVar[tuple[str, ...]] = ("bird", "birdc")

    def __init__(self, folder: Path, setup: Setup) -> None:
        self._setup, self._folder = setup, folder
        self._process = RouterProcess(folder, setup.prefix)
        (folder / "bird.conf").write_text(_configuration(setup))

    async def start(self) -> None:
        await self._process.start(
            program("bird"), "-f", "-c", "bird.conf", "-s", "bird.ctl", "-P", "bird.pid"
        )
        await until(self._answers, "BIRD's control socket", explain=lambda: self.log)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        await self._process.stop(number)

    def signal(self, number: signal.Signals) -> None:
        self._process.signal(number)

    async def is_established(self) -> bool:
        return await self.session_count() == 1

    async def session_count(self) -> int:
        text = await self._ask("show", "protocols", "speaker")
        return len(re.findall(r"^speaker\s.*\bEstablished\b", text, re.MULTILINE))

    async def routes(self) -> tuple[SeenRoute, ...]:
        text = await self._ask("show", "route", "all", "protocol", "speaker")
        starts = [match.start() for match in _ROUTE.finditer(text)]
        blocks = (text[start:end] for start, end in pairwise((*starts, len(text))))
        return tuple(sorted(self._route(block) for block in blocks))

    async def is_bfd_up(self) -> bool:
        text = await self._ask("show", "bfd", "sessions", "watch")
        return re.search(r"\sUp\s", text) is not None

    async def ask_again(self) -> None:
        """Send ROUTE-REFRESH for every family."""
        await self._ask("reload", "in", "speaker")

    async def stale(self) -> tuple[str, ...]:
        """Prefixes that it keeps though the session is down; it marks the session, not routes."""
        text = await self._ask("show", "protocols", "all", "speaker")
        if "Neighbor graceful restart active" not in text:
            return ()
        return tuple(route.prefix for route in await self.routes())

    async def last_error(self) -> str:
        """What it says of the last connection's end: its log has all of it."""
        return self.log

    async def shut_down(self, text: str) -> None:
        """Close the session with a shutdown communication."""
        await self._ask("disable", "speaker", f'"{text}"')

    @property
    def log(self) -> str:
        return self._process.log

    def _route(self, block: str) -> SeenRoute:
        fields = dict(re.findall(r"^\s+BGP\.(\w+): ?(.*)$", block, re.MULTILINE))
        local_pref = fields.get("local_pref") if self._setup.is_ibgp else None
        return SeenRoute(
            prefix=block.split()[0],
            next_hop=fields["next_hop"].removeprefix(":: ").split()[0],  # a link-local one alone
            as_path=tuple(map(int, fields.get("as_path", "").split())),
            local_pref=int(local_pref) if local_pref is not None else None,
            communities=_tuples(fields.get("community", "")),
            large_communities=_tuples(fields.get("large_community", "")),
        )

    async def _ask(self, *command: str) -> str:
        return await self._process.output_of(
            program("birdc"), "-s", self._folder / "bird.ctl", *command
        )

    async def _answers(self) -> bool:
        try:
            await self._ask("show", "status")
        except RuntimeError:
            return False
        return True


def _tuples(text: str) -> tuple[str, ...]:
    """BIRD writes `(64512,1) (64512,2)`, with a blank after the comma in large ones."""
    found = re.findall(r"\(([^)]*)\)", text)
    return tuple(":".join(part.strip() for part in item.split(",")) for item in found)


def _configuration(setup: Setup) -> str:
    channels = "\n".join(f"  {family} {{ import all; export none; }};" for family in setup.families)
    is_near = setup.ttl_security or setup.has_bfd or setup.interface is not None
    return f"""
log stderr all;
router id {setup.router_id};
protocol device {{}}
{_BFD if setup.has_bfd else ""}
protocol bgp speaker {{
  local {setup.address} port {setup.port} as {setup.asn};
  neighbor {setup.peer_address} port {setup.peer_port} as {setup.peer_asn};
  {"direct" if is_near else "multihop"};
  {"ttl security on;" if setup.ttl_security else ""}
  {f'interface "{setup.interface}";' if setup.interface else ""}
  {"bfd on;" if setup.has_bfd else ""}
  {f'password "{setup.password}";' if setup.password else ""}
  passive {"on" if setup.is_passive else "off"};
  hold time {setup.hold_time};
  connect delay time {CONNECT_RETRY};
  connect retry time {CONNECT_RETRY};
  error wait time 1, 2;
  error forget time 1;
  {setup.options}
{channels}
}}
"""
