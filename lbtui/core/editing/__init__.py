"""Fields and their forms, edits as values, undo and redo."""
