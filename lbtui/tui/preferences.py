"""How the user wants the console to be: from the command line and the settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lbtui.core.routing.lab import LabMapping
from lbtui.tui.key_choices import AS_THEY_ARE, KeyChoices

NO_LAB = LabMapping()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """All of it; a setting more is one line here and one where it counts."""

    backend: str = "frr-k8s"
    """native, frr or frr-k8s."""
    is_backend_chosen: bool = False
    """Whether the user named it; else what a cluster runs counts."""
    namespace: str = "metallb-system"
    """Of new resources, where no cluster tells MetalLB's."""
    theme: str = ""
    """Name of the theme; empty: lbtui's own."""
    theme_folders: tuple[Path, ...] = ()
    """Where the user's own themes are."""
    keys: KeyChoices = AS_THEY_ARE
    """Those that the user chose for commands."""
    notices: tuple[str, ...] = ()
    """What is wrong with the settings, to be shown once."""
    is_read_only: bool = False
    """Save and apply nothing."""
    is_production: bool = False
    """Say in the title that this is a place to be careful in."""
    is_following: bool = False
    """Give edits to the speaker by themselves from the first one on."""
    lab_mapping: LabMapping = NO_LAB
    """Where sessions go instead, in a lab."""
    is_first_run: bool = False
    """Say once where to begin."""
