"""`lbtui completion`: completion scripts for shells, made from the commands' own arguments."""

from __future__ import annotations

import argparse
import importlib
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from lbtui.cli import output
from lbtui.cli.exits import SUCCESS

SHELLS = ("bash", "zsh", "fish")


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a command."""

    names: tuple[str, ...]
    help: str
    takes_value: bool
    choices: tuple[str, ...]
    """Values to offer; empty: files."""


@dataclass(frozen=True, slots=True)
class Level:
    """What can follow some words of a command line."""

    words: tuple[str, ...]
    """After `lbtui`: (), ("lint",), ("speaker", "run")."""
    options: tuple[Option, ...]
    following: tuple[tuple[str, str], ...]
    """Words that can come next, each with its help; without any, files can."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("shell", choices=SHELLS, help="the shell to complete in")
    parser.epilog = (
        'bash: eval "$(lbtui completion bash)" in ~/.bashrc; '
        'zsh: eval "$(lbtui completion zsh)" in ~/.zshrc, after compinit; '
        "fish: lbtui completion fish > ~/.config/fish/completions/lbtui.fish"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the script."""
    found = tuple(levels())
    output.emit({"bash": bash, "zsh": zsh, "fish": fish}[arguments.shell](found))
    return SUCCESS


def levels() -> Iterator[Level]:
    """The command line without a command, every command, every verb of one."""
    from lbtui.cli.arguments import make_parser
    from lbtui.cli.main import COMMANDS

    for name in ("console", *COMMANDS):
        parser = make_parser(name, COMMANDS)
        importlib.import_module(f"lbtui.cli.{name}").configure(parser)
        if name == "console":
            yield _level((), parser, tuple(COMMANDS.items()))
        else:
            yield from _levels_of((name,), parser)


def _levels_of(words: tuple[str, ...], parser: argparse.ArgumentParser) -> Iterator[Level]:
    following: list[tuple[str, str]] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            following += [(verb, helps.get(verb, "")) for verb in action.choices]
            for verb, below in action.choices.items():
                yield from _levels_of((*words, verb), below)
        elif not action.option_strings and action.choices is not None:
            following += [(str(choice), "") for choice in action.choices]
    yield _level(words, parser, tuple(following))


def _level(
    words: tuple[str, ...],
    parser: argparse.ArgumentParser,
    following: tuple[tuple[str, str], ...],
) -> Level:
    options = [
        Option(
            names=tuple(action.option_strings),
            help=(action.help or "").replace("%%", "%"),
            takes_value=action.nargs != 0,
            choices=tuple(map(str, action.choices or ())),
        )
        for action in parser._actions
        if action.option_strings and action.help != argparse.SUPPRESS
    ]
    return Level(words, tuple(options), following)


def bash(found: tuple[Level, ...]) -> str:
    """The script for bash: a table of what may follow, looked up by the words before the cursor."""
    deep = " ".join(sorted({level.words[0] for level in found if len(level.words) > 1}))
    rows = "\n".join(_bash_rows(found))
    commands = " ".join(level.words[0] for level in found if len(level.words) == 1)
    return f"""\
_lbtui() {{
    local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}" at="" offered=""
    if [ "$COMP_CWORD" -gt 1 ] && [[ " {commands} " == *" ${{COMP_WORDS[1]}} "* ]]; then
        at="${{COMP_WORDS[1]}}"
        if [ "$COMP_CWORD" -gt 2 ] && [[ " {deep} " == *" $at "* ]]; then
            at="$at ${{COMP_WORDS[2]}}"
        fi
    fi
    case "$at|$prev" in
{rows}
    esac
    COMPREPLY=()
    case "$offered" in
        files) COMPREPLY=($(compgen -f -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W "$offered" -- "$cur"))
           [[ " $offered " == *" files "* && "$cur" != -* ]] &&
               COMPREPLY=($(compgen -W "${{offered/ files/}}" -- "$cur") $(compgen -f -- "$cur"))
           ;;
    esac
    return 0
}}
complete -o filenames -F _lbtui lbtui
"""


def _bash_rows(found: tuple[Level, ...]) -> Iterator[str]:
    """Options that take a value first, then what else may follow."""
    for level in found:
        at = " ".join(level.words)
        for option in level.options:
            if option.takes_value:
                patterns = "|".join(f'"{at}|{name}"' for name in option.names)
                yield f'        {patterns}) offered="{" ".join(option.choices) or "files"}" ;;'
    for level in found:
        words = [word for word, _ in level.following]
        names = [name for option in level.options for name in option.names]
        files = ["files"] if not words or not level.words else []
        offered = " ".join([*words, *names, *files])
        yield f'        "{" ".join(level.words)}|"*) offered="{offered}" ;;'


def zsh(found: tuple[Level, ...]) -> str:
    """The script for zsh, which runs bash's by its own bashcompinit."""
    return f"autoload -U +X bashcompinit && bashcompinit\n{bash(found)}"


def fish(found: tuple[Level, ...]) -> str:
    """The script for fish: one line for each word and option."""
    return "".join(f"{line}\n" for level in found for line in _fish_lines(level))


def _fish_lines(level: Level) -> Iterator[str]:
    condition = "__fish_use_subcommand"
    if level.words:
        condition = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in level.words)
    elif not level.following:
        return
    when = f"complete -c lbtui -n {shlex.quote(condition)}"
    keeps_files = "" if not level.words else " -f"
    for word, text in level.following:
        yield f"{when}{keeps_files} -a {shlex.quote(word)} -d {shlex.quote(text)}"
    for option in level.options:
        parts = [when]
        for name in option.names:
            parts.append(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}")
        if option.choices:
            parts.append(f"-x -a {shlex.quote(' '.join(option.choices))}")
        elif option.takes_value:
            parts.append("-r")
        yield " ".join([*parts, "-d", shlex.quote(option.help)])
