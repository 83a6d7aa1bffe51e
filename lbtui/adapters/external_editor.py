"""The user's own editor ($VISUAL, $EDITOR) as a ManifestEditor."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lbtui.adapters.file_sources import reason_of
from lbtui.adapters.manifests import MemberPlaces, read_file
from lbtui.adapters.paths import make_private
from lbtui.adapters.yaml_render import Style, render_block
from lbtui.core.diagnostics import Diagnostic, Place, Severity
from lbtui.core.objects.decode import encode_resource
from lbtui.core.objects.resource_set import AnyResource
from lbtui.ports import ManifestText, PortError

_USUAL = ("vi", "nano", "vim", "emacs")


class ExternalEditor:
    """Runs the editor on a private file."""

    def __init__(self, drafts: Path) -> None:
        """`drafts` is the folder for texts that could not be taken; it is made when needed."""
        self._drafts = drafts

    def text_of(self, resource: AnyResource) -> str:
        """See `ManifestEditor.text_of`."""
        lines = render_block(encode_resource(resource), Style())
        return "".join(f"{line}\n" for line in lines)

    def edit(self, text: str, name: str) -> str:
        """See `ManifestEditor.edit`."""
        command = _command()
        with _private_folder() as folder:
            file = folder / f"{name}.yaml"
            file.write_text(text, encoding="utf-8")
            try:
                code = subprocess.run([*command, str(file)], check=False).returncode
            except OSError as error:
                raise PortError(
                    f"The editor {command[0]} cannot be started: {reason_of(error)}. "
                    "Set VISUAL or EDITOR to one that can."
                ) from None
            try:
                edited = file.read_text(encoding="utf-8", errors="replace")
            except FileNotFoundError:
                return text
            if code == 0:
                return edited
            kept = "" if edited == text else f" What you typed is in {self.keep(edited, name)}."
            raise PortError(f"{command[0]} ended with {code}; nothing was taken.{kept}")

    def read(self, text: str, namespace: str) -> ManifestText:
        """See `ManifestEditor.read`; what the API server would drop is a problem too."""
        file = read_file("", text.encode("utf-8", "replace"), namespace)
        problems = list(file.diagnostics)
        found: list[AnyResource | None] = []
        for document, line in zip(file.documents, file.first_lines(), strict=True):
            for member in document.members:
                if member.manifest is None:
                    continue
                places = MemberPlaces(document, member.steps, "", line)
                problems += [one.at(places(one.path)) for one in member.decoded.diagnostics]
                found.append(member.decoded.resource)
        if len(found) != 1 and not problems:
            number = "none" if not found else str(len(found))
            problems.append(_wrong(f"One manifest is expected here, and there is {number}."))
        if len(found) == 1 and found[0] is None and not problems:
            problems.append(_wrong("This is of no kind that lbtui edits.", "kind"))
        return ManifestText(found[0] if len(found) == 1 else None, tuple(problems))

    def keep(self, text: str, name: str) -> str:
        """See `ManifestEditor.keep`."""
        make_private(self._drafts)
        when = time.strftime("%Y%m%d-%H%M%S")
        try:
            handle, path = tempfile.mkstemp(".yaml", f"{name}-{when}-", self._drafts)
            with open(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
        except OSError as error:
            raise PortError(f"{self._drafts}: {reason_of(error)}.") from None
        return path


def _wrong(message: str, path: str = "") -> Diagnostic:
    return replace(
        Diagnostic(Severity.ERROR, "not-one-manifest", message, path=path), place=Place("", 1)
    )


def _command() -> list[str]:
    """The editor's command. Raises PortError."""
    for variable in ("VISUAL", "EDITOR"):
        words = os.environ.get(variable, "").strip()
        if words:
            try:
                return shlex.split(words)
            except ValueError as error:
                raise PortError(f"${variable} cannot be understood: {error}.") from None
    usual = next((name for name in _USUAL if shutil.which(name)), None)
    if usual is None:
        raise PortError("There is no editor. Set VISUAL or EDITOR to one.")
    return [usual]


@contextlib.contextmanager
def _private_folder() -> Iterator[Path]:
    try:
        folder = tempfile.mkdtemp(prefix="lbtui-edit-")
    except OSError as error:
        raise PortError(f"No file can be made to edit: {reason_of(error)}.") from None
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
