"""The installed console is looked at in a terminal too."""

from tests.terminal.conftest import console as console
