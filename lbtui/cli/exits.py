"""How a command ends: the exit codes, and the error of a wrong command line."""

SUCCESS = 0
ANSWER_IS_NO = 1
"""Errors found, differences found, not announced, not running."""
FAILURE = 2
"""Usage, unreadable input, or something that did not work."""
INTERRUPTED = 130


class UsageError(Exception):
    """The command line asks for what cannot be; the text says what to write instead."""
