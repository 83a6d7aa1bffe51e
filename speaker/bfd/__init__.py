"""Bidirectional Forwarding Detection: asynchronous mode, RFC 5880, over UDP, RFC 5881 and 5883."""
