"""The command line: reads arguments, builds adapters, hands them to the console or prints.

The top layer and the only one that knows both screens and adapters. Each command is a module that
is imported when it is chosen, so that `lbtui --version` loads next to nothing.
"""

from lbtui.cli.main import main

__all__ = ["main"]
