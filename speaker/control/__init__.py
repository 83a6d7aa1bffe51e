"""The control API: its server, and the documents that it answers with."""
