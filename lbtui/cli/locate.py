"""`lbtui locate`: where lbtui keeps its files."""

from __future__ import annotations

import argparse

from lbtui.cli import output
from lbtui.cli.arguments import add_output
from lbtui.cli.exits import SUCCESS


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_output(parser, ("text", "json"))


def run(arguments: argparse.Namespace) -> int:
    """Print what each file or folder is for and its path, whether it exists yet or not."""
    from lbtui.adapters.paths import locate, output_schema

    places = {name: str(path) for name, path in locate().items()}
    places["output schema"] = str(output_schema())
    if arguments.output == "json":
        output.emit(output.to_json(places))
    else:
        width = max(map(len, places))
        output.emit("\n".join(f"{name:{width}}  {path}" for name, path in places.items()))
    return SUCCESS
