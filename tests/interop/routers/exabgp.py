"""ExaBGP, read back from the JSON events that it writes of what it receives."""

from __future__ import annotations

import getpass
import json
import signal
import sys
from pathlib import Path
from typing import Any, ClassVar

from tests.interop.routers.base import RouterProcess, SeenRoute, Setup, until

_FAMILIES = {"ipv4": "ipv4 unicast", "ipv6": "ipv6 unicast"}
_READER = """
import os, select
events = os.open({path!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
while select.select([0], [], []) and (data := os.read(0, 65536)):
    os.write(events, data)
"""
"""The pipe that ExaBGP gives its helper does not block, which `cat` takes for a failure."""
_PROGRAM = Path(sys.executable).with_name("exabgp")


class ExaBgp:
    """It keeps no table: what an `update` announces and withdraws is folded into one here."""

    name: ClassVar[str] = "ExaBGP"
    programs: ClassVar[tuple[str, ...]] = (str(_PROGRAM),)

    def __init__(self, folder: Path, setup: Setup) -> None:
        self._setup, self._events = setup, folder / "events"
        self._process = RouterProcess(folder, setup.prefix)
        reader = folder / "reader"
        reader.write_text(f"#!{sys.executable}\n{_READER.format(path=str(self._events))}")
        reader.chmod(0o700)
        (folder / "exabgp.conf").write_text(_configuration(setup, reader))

    async def start(self) -> None:
        self._events.unlink(missing_ok=True)
        settings = {
            "exabgp_daemon_drop": "false",
            "exabgp_daemon_user": getpass.getuser(),
            "exabgp_log_destination": "stderr",
            "exabgp_api_cli": "false",
            "exabgp_tcp_bind": self._setup.address,
            "exabgp_tcp_port": str(self._setup.port),
        }
        variables = (f"{name}={value}" for name, value in settings.items())
        await self._process.start("env", *variables, _PROGRAM, "server", "exabgp.conf")
        await until(self._runs, "ExaBGP's event process", explain=lambda: self.log)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        await self._process.stop(number)

    def signal(self, number: signal.Signals) -> None:
        self._process.signal(number)

    async def is_established(self) -> bool:
        return await self.session_count() == 1

    async def session_count(self) -> int:
        states = [event["neighbor"]["state"] for event in self._told("state")]
        return int(bool(states) and states[-1] == "up")

    async def routes(self) -> tuple[SeenRoute, ...]:
        table: dict[str, SeenRoute] = {}
        for event in self._told("state", "update"):
            if event["type"] == "state":
                table.clear()
                continue
            update = event["neighbor"]["message"].get("update", {})
            for withdrawn in update.get("withdraw", {}).values():
                for item in withdrawn:
                    table.pop(item["nlri"], None)
            for hops in update.get("announce", {}).values():
                for hop, announced in hops.items():
                    for item in announced:
                        if "nlri" in item:
                            route = self._route(item["nlri"], hop, update.get("attribute", {}))
                            table[route.prefix] = route
        return tuple(sorted(table.values()))

    @property
    def log(self) -> str:
        return self._process.log

    def _route(self, prefix: str, hop: str, attributes: dict[str, Any]) -> SeenRoute:
        path = attributes.get("as-path", {})
        segments = [path[key] for key in sorted(path)] if isinstance(path, dict) else [path]
        return SeenRoute(
            prefix=prefix,
            next_hop=hop,
            as_path=tuple(asn for segment in segments for asn in _asns(segment)),
            local_pref=attributes.get("local-preference") if self._setup.is_ibgp else None,
            communities=tuple(f"{a}:{b}" for a, b in attributes.get("community", [])),
            large_communities=tuple(
                f"{a}:{b}:{c}" for a, b, c in attributes.get("large-community", [])
            ),
        )

    def _told(self, *kinds: str) -> list[dict[str, Any]]:
        """The whole events of these types, oldest first; the last line may still be coming."""
        if not self._events.exists():
            return []
        lines = self._events.read_text().splitlines(keepends=True)
        events = [json.loads(line) for line in lines if line.endswith("\n")]
        return [event for event in events if event.get("type") in kinds]

    async def _runs(self) -> bool:
        return self._events.exists()


def _asns(segment: Any) -> list[int]:
    """The AS numbers of a segment, which is a list or has one as its value."""
    return list(segment["value"] if isinstance(segment, dict) else segment)


def _configuration(setup: Setup, reader: Path) -> str:
    families = "\n".join(f"    {_FAMILIES[family]};" for family in setup.families)
    return f"""
process reader {{
  run {reader};
  encoder json;
}}
neighbor {setup.peer_address} {{
  router-id {setup.router_id};
  local-address {setup.address};
  local-as {setup.asn};
  peer-as {setup.peer_asn};
  hold-time {setup.hold_time};
  {f"md5-password '{setup.password}';" if setup.password else ""}
  passive {"true" if setup.is_passive else "false"};
  connect {setup.peer_port};
  listen {setup.port};
  family {{
{families}
  }}
  capability {{
    route-refresh enable;
    graceful-restart disable;
    {setup.options}
  }}
  api {{
    processes [ reader ];
    neighbor-changes;
    receive {{
      parsed;
      update;
    }}
  }}
}}
"""
