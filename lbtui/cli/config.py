"""`lbtui config`: what the settings say, and whether they can be understood."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lbtui.cli import output
from lbtui.cli.arguments import add_output
from lbtui.cli.exits import ANSWER_IS_NO, SUCCESS, UsageError

VERBS = {
    "show": "the settings in force, as TOML or JSON",
    "validate": "whether settings and themes are as they should be; 1 if not",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of both verbs."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, text in VERBS.items():
        verb = verbs.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        verb.add_argument(
            "--file", metavar="FILE", help="other settings (default: what 'lbtui locate' names)"
        )
        if name == "show":
            add_output(verb, ("text", "json"))


def run(arguments: argparse.Namespace) -> int:
    """Show or judge; problems go to standard error and are left out of what is shown."""
    from lbtui.adapters.paths import settings_file, themes_folder
    from lbtui.adapters.settings import load_settings
    from lbtui.tui.key_choices import choose_keys
    from lbtui.tui.theme import DEFAULT, load_themes

    file = Path(arguments.file) if arguments.file else settings_file()
    if arguments.file and not file.is_file():
        raise UsageError(f"{file}: no such file")
    settings, found = load_settings(file)
    keys = choose_keys(settings.keys)
    themes = load_themes([themes_folder()])
    problems = [*found, *(f"{file}: {one}" for one in keys.problems), *themes.problems]
    names = sorted(theme.name for theme in themes.themes)
    if settings.theme and settings.theme not in names:
        problems.append(
            f"{file}: there is no theme {settings.theme}; there are {', '.join(names)}."
        )
    for problem in problems:
        print(output.visible(problem), file=sys.stderr)
    if arguments.verb == "validate":
        if not problems:
            state = "is fine" if file.exists() else "is not there, which is fine"
            output.emit(f"{file} {state}; {len(names)} themes.")
        return ANSWER_IS_NO if problems else SUCCESS
    shown = {
        "theme": settings.theme or DEFAULT,
        "backend": settings.backend,
        "production": settings.production,
        "follow": settings.follow,
    }
    if arguments.output == "json":
        settings_now = {**shown, "lab": settings.lab.entries, "keys": keys.by_command}
        output.emit(output.to_json({"file": str(file), "settings": settings_now, "themes": names}))
    else:
        lines = [f"{name} = {output.to_json(value)}" for name, value in shown.items()]
        for heading, table in (("lab", settings.lab.entries), ("keys", keys.by_command)):
            if table:
                lines.append(f"[{heading}]")
            lines += [f"{output.to_json(a)} = {output.to_json(b)}" for a, b in table.items()]
        output.emit("\n".join([f"# {file}", f"# themes: {', '.join(names)}", *lines]))
    return SUCCESS
