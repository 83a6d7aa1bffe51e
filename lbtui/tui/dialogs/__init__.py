"""Dialogs about sessions, routes and the speaker; each is a screen on top of the main one."""
