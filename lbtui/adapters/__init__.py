"""Everything outside: files, clusters, the speaker process, the demo, settings."""
