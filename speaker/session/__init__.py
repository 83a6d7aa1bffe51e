"""The session machine of RFC 4271 section 8, without I/O: octets and time in, effects out."""
