"""The process: all sessions and their life, the clock, the state on disk, the log."""
