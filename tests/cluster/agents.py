"""Agents of several nodes as processes, and all that they talk to."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster.apiserver.access import READING, User
from tests.cluster.apiserver.server import ApiServer
from tests.cluster.fabric import API, ROUTERS, Fabric, Tor
from tests.cluster.manifests import NAMESPACE
from tests.interop.routers.base import until

VIEWER = "token-of-a-viewer"
PROBES = "http://127.0.0.1:7474"
NODES = ("n1", "n2", "n3")


@dataclass
class Rig:
    """Three nodes, two routers, an API server, and the agents that were started."""

    environment: dict[str, str]
    fabric: Fabric
    api: ApiServer
    tors: dict[str, Tor]
    agents: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The home; its path is short enough for sockets."""
        return Path(self.environment["HOME"])

    async def start_agent(self, name: str, *more: str) -> asyncio.subprocess.Process:
        """The command line of a pod, on a node's network."""
        words = ["-m", "lbtui", "agent", "--node", name, "--namespace", NAMESPACE]
        words += ["--state", str(self.folder / name), "--backend", "frr", *more]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.agents[name] = await asyncio.create_subprocess_exec(
                *self.fabric.inside(name),
                sys.executable,
                *words,
                env=self.environment | {"KUBECONFIG": str(self.folder / "kubeconfig")},
                stdout=log,
                stderr=log,
            )
        return self.agents[name]

    async def asked(self, name: str, path: str) -> str:
        """What an agent answers over HTTP on its node."""
        code = f"""from urllib.request import urlopen
print(end=urlopen('{PROBES}{path}').read().decode())"""
        process = await asyncio.create_subprocess_exec(
            *self.fabric.inside(name), sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
        )
        return (await process.communicate())[0].decode()

    async def drift(self) -> tuple[int | None, str]:
        """What `lbtui drift` finds from elsewhere, with the rights of one that looks on."""
        process = await asyncio.create_subprocess_exec(
            *self.fabric.inside(),
            *(sys.executable, "-m", "lbtui", "drift", "--backend", "frr", "-o", "json"),
            env=self.environment | {"KUBECONFIG": str(self.folder / "viewer")},
            stdout=asyncio.subprocess.PIPE,
        )
        said = (await process.communicate())[0].decode()
        return process.returncode, said

    def log(self) -> str:
        files = sorted(self.folder.glob("*.log")) + sorted(self.folder.glob("*/speaker.log"))
        return "".join(f"--- {file}\n{file.read_text()[-3000:]}" for file in files)

    async def seen(self) -> dict[str, dict[str, set[str]]]:
        """Router → node → prefixes."""
        return {name: await tor.routes() for name, tor in self.tors.items()}

    async def until_seen(self, wanted: dict[str, dict[str, set[str]]], what: str) -> None:
        last = {}

        async def same() -> bool:
            last["seen"] = await self.seen()
            return last["seen"] == wanted

        await until(same, what, explain=lambda: f"{last}\nwanted {wanted}\n{self.log()}")


@asynccontextmanager
async def running(made: Fabric, environment: dict[str, str]) -> AsyncIterator[Rig]:
    api = ApiServer()
    api.host = API
    api.open_socket = lambda: made.listening(6443)
    folder = Path(environment["HOME"])
    tors = {name: Tor(folder / name, name, made) for name in ROUTERS}
    rig = Rig(environment, made, api, tors)
    try:
        await api.start()
        (folder / "kubeconfig").write_text(json.dumps(api.kubeconfig()))
        api.access.users[VIEWER] = User("viewer", READING)
        (folder / "viewer").write_text(json.dumps(api.kubeconfig(VIEWER)))
        for tor in tors.values():
            await tor.start()
        yield rig
    finally:
        for process in rig.agents.values():
            if process.returncode is None:
                process.kill()
            await process.wait()
        for tor in tors.values():
            await tor.stop()
        await api.stop()
