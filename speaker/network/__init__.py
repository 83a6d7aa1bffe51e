"""Sockets: dialling, listening, and the host's interfaces."""
