"""FRR whole: zebra, bfdd and bgpd, for what needs interfaces and BFD."""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
from pathlib import Path
from typing import ClassVar

from tests.interop.routers.base import RouterProcess, Setup, program, until
from tests.interop.routers.frr import Frr, configuration

_USER = "frr"
"""Zebra and bfdd refuse to stay root."""


class FrrSuite(Frr):
    """Like `Frr`, with the daemons that it leans on in a folder that their user may enter."""

    name: ClassVar[str] = "FRR with zebra and bfdd"
    programs: ClassVar[tuple[str, ...]] = ("zebra", "bfdd", "bgpd", "vtysh")

    def __init__(self, folder: Path, setup: Setup) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="lbtui-frr-"))
        super().__init__(self._folder, setup)
        self._daemons: dict[str, RouterProcess] = {}
        for name in ("zebra", "bfdd"):
            (self._folder / name).mkdir()
            (self._folder / f"{name}.conf").write_text("log stdout\n")
            self._daemons[name] = RouterProcess(self._folder / name, setup.prefix)
        (self._folder / "bgpd.conf").write_text(configuration(setup))
        for path in (self._folder, *self._folder.rglob("*")):
            shutil.chown(path, _USER, _USER)

    async def start(self) -> None:
        common = ("-z", self._folder / "zserv", "--vty_socket", self._vty, "-P", "0")
        for name, process in self._daemons.items():
            extra = ("--bfdctl", self._folder / "bfdctl") if name == "bfdd" else ()
            await process.start(
                program(name),
                *("-f", self._folder / f"{name}.conf", "-i", self._folder / f"{name}.pid"),
                *(*common, "--log", "stdout", *extra),
            )
            vty = self._vty / f"{name}.vty"

            async def is_there(vty: Path = vty) -> bool:
                return vty.exists()

            await until(is_there, f"{name}'s vty", explain=lambda: self.log)
        await self._process.start(
            program("bgpd"),
            *("-f", self._folder / "bgpd.conf", "-i", self._folder / "bgpd.pid"),
            *(*common, "-p", str(self._setup.port), "--log", "stdout"),
        )
        await until(self._answers, "bgpd's vty", explain=lambda: self.log)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        await super().stop(number)
        for process in reversed(self._daemons.values()):
            await process.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def is_bfd_up(self) -> bool:
        peers = json.loads(await self._ask("show bfd peers json"))
        return any(peer["status"] == "up" for peer in peers)

    @property
    def log(self) -> str:
        return "\n".join(each.log for each in (*self._daemons.values(), self._process))
