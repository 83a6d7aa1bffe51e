"""Widgets: told what to show, ask upward by messages, know no screen."""
