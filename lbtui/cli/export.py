"""`lbtui export`: MetalLB's objects of a cluster as manifests in a folder."""

from __future__ import annotations

import argparse

from lbtui.cli import interrupts, output
from lbtui.cli.clusters import add_cluster
from lbtui.cli.exits import SUCCESS


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="FOLDER", help="where to write; made if it is not there")
    add_cluster(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the files, and print their names."""
    from lbtui.adapters.cluster.export import NO_PASSWORD, write_folder

    files = interrupts.run(_read(arguments))
    if not files:
        output.narrate("The cluster holds none of MetalLB's objects; nothing was written.")
        return SUCCESS
    for path in write_folder(arguments.folder, files):
        output.emit(path)
    if any(NO_PASSWORD in text for text in files.values()):
        output.narrate("Passwords are not exported; lbtui apply leaves those of the cluster alone.")
    return SUCCESS


async def _read(arguments: argparse.Namespace) -> dict[str, str]:
    """The texts by name of their file. Raises StoreError."""
    from lbtui.adapters.cluster.connection import Connection
    from lbtui.adapters.cluster.export import read_files
    from lbtui.adapters.cluster.installation import find_installation
    from lbtui.adapters.cluster.kubeconfig import choose_login

    connection = Connection(choose_login(arguments.context), is_read_only=True)
    try:
        found = await find_installation(connection, arguments.namespace)
        return await read_files(connection, found.namespace)
    finally:
        await connection.close()
