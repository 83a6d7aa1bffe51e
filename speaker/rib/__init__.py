"""Wanted routes turned into UPDATE messages by difference, without I/O."""
