"""`lbtui` without a command: the console. The one place that puts adapters and screens together."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lbtui.cli.arguments import add_backend, add_context, add_namespace, add_sources
from lbtui.cli.exits import SUCCESS, UsageError
from lbtui.cli.sources import hold_stdin, name_sources
from lbtui.cli.speaker_files import add_socket, make_client

if TYPE_CHECKING:
    from lbtui.adapters.demo import DemoStore
    from lbtui.adapters.speaker_client import SpeakerClient
    from lbtui.cli.guarded_app import GuardedApp
    from lbtui.ports import Snapshot


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_sources(parser, "*")
    parser.add_argument("--demo", action="store_true", help="open the built-in demo cluster")
    add_backend(parser)
    parser.add_argument("--theme", metavar="NAME", help="colours (default: the settings' choice)")
    add_namespace(parser)
    parser.add_argument("--read-only", action="store_true", help="save nothing, apply nothing")
    add_socket(parser)
    add_context(parser)


def run(arguments: argparse.Namespace) -> int:
    """Open the console and stay until the user leaves it."""
    named = name_sources(arguments.sources, arguments.context)
    if arguments.demo and (named.files or named.context is not None):
        raise UsageError("--demo opens the built-in cluster; leave the SOURCEs away")
    if named.files and named.context is not None:
        raise UsageError(
            "the console opens manifests or a cluster; 'lbtui diff' compares them, 'lbtui apply' "
            "brings manifests into a cluster"
        )
    for source in named.files:
        if source != "-" and not os.path.exists(source):
            raise UsageError(f"{source}: no such file or folder")
    if not os.isatty(2):
        raise UsageError("the console needs a terminal; see 'lbtui preview --help' for scripts")
    hold_stdin(arguments.sources)
    _take_keyboard(arguments.sources)
    console = open_console(arguments)
    try:
        console.app.run()
    finally:
        console.close()
    if console.app.unexpected is not None:
        raise console.app.unexpected
    return console.app.return_code or SUCCESS


def _take_keyboard(sources: Sequence[str]) -> None:
    """Read keys from the terminal where manifests came through standard input."""
    if "-" in sources:
        try:
            terminal = os.open("/dev/tty", os.O_RDONLY)
        except OSError:
            raise UsageError("there is no terminal to read keys from") from None
        os.dup2(terminal, 0)
        os.close(terminal)
    elif not os.isatty(0):
        raise UsageError("the console reads keys from a terminal; standard input is none")


@dataclass(frozen=True)
class Console:
    """The application and what has to be put away after it."""

    app: GuardedApp
    demo: DemoStore | None = None
    processes: tuple[SpeakerClient, ...] = ()
    """Speakers that end with the console: the demo's."""

    def close(self) -> None:
        """End the demo and remove its files; outside the demo nothing is ended."""
        for process in self.processes:
            process.end_child()
        if self.demo is not None:
            self.demo.close()


def open_console(arguments: argparse.Namespace) -> Console:
    """Build the adapters that the arguments name and the application on top of them."""
    from lbtui.adapters.copies import CopyFiles
    from lbtui.adapters.external_editor import ExternalEditor
    from lbtui.adapters.file_store import FileStore
    from lbtui.adapters.first_run import is_first_run
    from lbtui.adapters.paths import (
        copies_folder,
        drafts_folder,
        journal_folder,
        themes_folder,
        welcome_marker,
    )
    from lbtui.adapters.settings import load_settings, save_theme
    from lbtui.cli.guarded_app import GuardedApp
    from lbtui.core.objects.resources import METALLB_NAMESPACE
    from lbtui.tui.key_choices import choose_keys
    from lbtui.tui.preferences import Preferences

    settings, problems = load_settings()
    keys = choose_keys(settings.keys)
    namespace = arguments.namespace or METALLB_NAMESPACE
    preferences = Preferences(
        backend=arguments.backend or settings.backend,
        is_backend_chosen=bool(arguments.backend),
        namespace=namespace,
        theme=arguments.theme or settings.theme,
        theme_folders=(themes_folder(),),
        keys=keys,
        notices=(*problems, *keys.problems),
        is_read_only=arguments.read_only,
        is_following=settings.follow,
        is_first_run=is_first_run(welcome_marker()),
    )
    make_app = partial(
        GuardedApp,
        save_theme=save_theme,
        keep_copy=CopyFiles(copies_folder()).keep,
        read_source=partial(_read_source, namespace=arguments.namespace),
        editor=ExternalEditor(drafts_folder()),
        preferences=preferences,
    )
    named = name_sources(arguments.sources, arguments.context)
    if not named.files and named.context is None:
        return _open_demo(make_app)
    from lbtui.adapters.journal import FileJournal

    speaker = make_client(arguments)
    preferences = replace(preferences, lab_mapping=settings.lab)
    if named.context is not None:
        from lbtui.cli.clusters import make_store

        cluster = make_store(named.context, arguments.namespace, is_read_only=arguments.read_only)
        is_production = bool(re.search(settings.production, cluster.title))
        app = make_app(
            store=cluster,
            speaker=speaker,
            journal=FileJournal(journal_folder(), ["cluster", cluster.title]),
            preferences=replace(preferences, is_production=is_production),
        )
        return Console(app)
    paths = [os.path.realpath(source) for source in named.files]
    app = make_app(
        store=FileStore(named.files, namespace),
        speaker=speaker,
        journal=FileJournal(journal_folder(), paths) if "-" not in named.files else None,
        preferences=preferences,
    )
    return Console(app)


async def _read_source(source: str, namespace: str | None) -> Snapshot:
    """What the user names in the running console. Raises PortError."""
    from lbtui.cli.reading import read_one  # only when it is asked: it is not of the first paint

    return await read_one(source, namespace)


def _open_demo(make_app: Callable[..., GuardedApp]) -> Console:
    """The demo's processes are its own, so that it leaves the user's speaker alone."""
    from lbtui.adapters.demo import DemoStore
    from lbtui.adapters.lab import LabRouters
    from lbtui.adapters.speaker_client import SpeakerClient

    store, pid = DemoStore(), os.getpid()
    folder = store.folder / ".processes"

    def files(name: str) -> tuple[Path, Path, Path]:
        return folder / f"{name}.sock", folder / name, folder / f"{name}.log"

    speaker = SpeakerClient(*files("speaker"), exit_with=pid)
    lab = LabRouters(*files("lab"), exit_with=pid)
    return Console(make_app(store=store, speaker=speaker, lab=lab), store, (speaker, lab))
