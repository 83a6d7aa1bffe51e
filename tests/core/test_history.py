"""Undo, redo, and what is saved."""

from __future__ import annotations

from lbtui.core.editing.edit import new_resource
from lbtui.core.editing.history import History
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.objects.resources import BFDProfile

EMPTY = ResourceSet()
ONE = ResourceSet.of([new_resource(BFDProfile, "one")])
TWO = ResourceSet.of([new_resource(BFDProfile, "one"), new_resource(BFDProfile, "two")])


def test_a_new_history_is_saved_and_has_nothing_to_undo() -> None:
    history = History.of(EMPTY)
    assert history.current == EMPTY
    assert not (history.can_undo or history.can_redo or history.is_modified)
    assert history.undo() is history and history.redo() is history
    assert history.undo_label == history.redo_label == ""


def test_steps_go_back_and_forth() -> None:
    history = History.of(EMPTY).do("add one", ONE).do("add two", TWO)
    assert history.current == TWO and history.undo_label == "add two"
    back = history.undo()
    assert back.current == ONE
    assert (back.undo_label, back.redo_label) == ("add one", "add two")
    assert back.undo().current == EMPTY and not back.undo().can_undo
    assert back.redo() == history
    assert history.current == TWO, "histories never change"


def test_a_new_step_forgets_what_was_undone() -> None:
    history = History.of(EMPTY).do("add one", ONE).undo().do("add two", TWO)
    assert not history.can_redo
    assert [step.label for step in history.steps] == ["add two"]


def test_an_edit_without_effect_is_no_step() -> None:
    history = History.of(ONE).do("add one", ONE)
    assert not history.can_undo
    equal = ResourceSet.of([new_resource(BFDProfile, "one")])
    assert history.do("the same again", equal) is history


def test_modified_means_different_from_what_is_saved() -> None:
    history = History.of(EMPTY).do("add one", ONE)
    assert history.is_modified
    saved = history.with_saved(ONE)
    assert not saved.is_modified and saved.can_undo
    assert saved.undo().is_modified, "undoing past a save differs from what is on disk"
    assert not saved.undo().redo().is_modified
