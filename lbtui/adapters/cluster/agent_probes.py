"""What kubelet and Prometheus ask an agent over HTTP: whether it lives, is ready, and figures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from lbtui.adapters.cluster.node_agent import AgentState
from lbtui.adapters.speaker_client import SpeakerClient
from lbtui.ports import SpeakerError, StoreError


@asynccontextmanager
async def probes(state: AgentState, speaker: SpeakerClient, port: int) -> AsyncIterator[None]:
    """Serve `/healthz`, `/readyz` and `/metrics` on every address. Raises StoreError.

    Nothing in them is secret, and nothing can be changed through them. An agent without its API
    server stays ready: it announces what it knows.
    """

    async def healthy(request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(request: web.Request) -> web.Response:
        if state.generation:
            return web.Response(text="ok\n")
        why = state.refusal or "; ".join(state.outages.values()) or "nothing announced yet"
        return web.Response(status=503, text=f"{why}\n")

    async def metrics(request: web.Request) -> web.Response:
        try:
            text = (await speaker.metrics()).decode()
        except SpeakerError as error:
            return web.Response(status=503, text=f"{error}\n")
        return web.Response(text=text + _figures(state), content_type="text/plain")

    app = web.Application()
    for path, handler in (("/healthz", healthy), ("/readyz", ready), ("/metrics", metrics)):
        app.router.add_get(path, handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, None, port).start()
        except OSError as error:
            raise StoreError(f"port {port} for the probes: {error.strerror}") from None
        yield
    finally:
        await runner.cleanup()


def _figures(state: AgentState) -> str:
    """What the agent knows beyond its speaker."""
    figures = (
        (
            "lbtui_agent_config_stale_bool",
            "1 while the cluster's configuration is not announced",
            state.refusal,
        ),
        ("lbtui_agent_api_server_lost_bool", "1 while a kind cannot be followed", state.outages),
    )
    lines = (
        f"# HELP {name} {text}.\n# TYPE {name} gauge\n{name} {int(bool(value))}\n"
        for name, text, value in figures
    )
    return "".join(lines)
