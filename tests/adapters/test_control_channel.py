"""What is said when the other end of the control socket is not the speaker one hoped for."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from lbtui.adapters.control_address import SocketAddress, SpeakerAbsent
from lbtui.adapters.control_channel import ControlChannel, SpeakerRefused
from lbtui.ports import SpeakerError
from speaker import api

Handler = Callable[[web.Request], Awaitable[web.Response]]
ANOTHER_USER = 65534


@asynccontextmanager
async def served(path: Path, handler: Handler) -> AsyncIterator[ControlChannel]:
    """Something that answers every request on a Unix socket with `handler`."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.UnixSite(runner, str(path)).start()
    channel = ControlChannel(SocketAddress(path))
    try:
        yield channel
    finally:
        await channel.close()
        await runner.cleanup()


async def get_status(channel: ControlChannel) -> api.StatusDocument:
    return await channel.get("/v1/status", api.StatusDocument)


async def test_no_socket_is_no_speaker(tmp_path: Path) -> None:
    with pytest.raises(SpeakerAbsent, match=r"no speaker is running .*nowhere\.sock"):
        await get_status(ControlChannel(SocketAddress(tmp_path / "nowhere.sock")))


async def test_a_socket_left_behind_is_no_speaker(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    channel = ControlChannel(SocketAddress(path))
    with pytest.raises(SpeakerAbsent, match="no speaker answers"):
        await get_status(channel)
    await channel.close()


async def test_a_file_is_not_a_socket(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.touch()
    with pytest.raises(SpeakerError, match="is not a socket"):
        await get_status(ControlChannel(SocketAddress(path)))


async def test_a_socket_of_another_user_is_refused(tmp_path: Path) -> None:
    path = Path("/dev/null")
    if os.geteuid() == 0:
        path = tmp_path / "s"
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(path))
        os.chown(path, ANOTHER_USER, ANOTHER_USER)
    with pytest.raises(SpeakerError, match=r"belongs to .*, not to you"):
        await get_status(ControlChannel(SocketAddress(path)))


async def test_another_api_version_is_named(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response({}, headers={api.API_HEADER: "2"})

    async with served(tmp_path / "s", answer) as channel:
        with pytest.raises(
            SpeakerError, match="version 2 of the control API, this lbtui version 1"
        ):
            await get_status(channel)


async def test_another_server_is_not_taken_for_a_speaker(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    async with served(tmp_path / "s", answer) as channel:
        with pytest.raises(SpeakerError, match="is not an lbtui speaker"):
            await get_status(channel)


async def test_an_answer_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=b'{"api": "one"}', headers={api.API_HEADER: "1"})

    async with served(tmp_path / "s", answer) as channel:
        with pytest.raises(SpeakerError, match="cannot read: Expected `int`"):
            await get_status(channel)


async def test_a_refusal_carries_the_details(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        details = [{"path": f"speakers[{i}].name", "message": "is empty"} for i in range(7)]
        error = {"code": "invalid", "message": "7 things are wrong", "details": details}
        return web.json_response({"error": error}, status=422, headers={api.API_HEADER: "1"})

    async with served(tmp_path / "s", answer) as channel:
        with pytest.raises(SpeakerRefused) as caught:
            await channel.send("PUT", "/v1/config", api.ActionDocument())
    assert caught.value.status == 422
    assert str(caught.value) == (
        "the speaker refused: 7 things are wrong; "
        + "; ".join(f"speakers[{i}].name: is empty" for i in range(5))
        + "; and 2 more"
    )


async def test_closing_while_the_first_call_is_made_leaves_no_session_open(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response({}, headers={api.API_HEADER: "1"})

    async with served(tmp_path / "s", answer) as channel:
        call = asyncio.create_task(get_status(channel))
        await asyncio.sleep(0)  # it waits for its thread now, and has no session yet
        await channel.close()
        with pytest.raises(SpeakerError, match="was closed"):
            await call
        gc.collect()
        assert not [
            one
            for one in gc.get_objects()
            if isinstance(one, aiohttp.ClientSession) and not one.closed
        ]


async def test_a_call_under_way_when_the_channel_closes_ends_in_words(tmp_path: Path) -> None:
    is_asked, is_over = asyncio.Event(), asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        is_asked.set()
        await is_over.wait()
        return web.Response()

    async with served(tmp_path / "s", answer) as channel:
        call = asyncio.create_task(get_status(channel))
        await is_asked.wait()
        await channel.close()
        with pytest.raises(SpeakerError, match=r"[Cc]losed"):
            await call
        with pytest.raises(SpeakerError, match="was closed"):
            await get_status(channel)
        is_over.set()
