"""BGP messages: octets to frozen values and back. No I/O, no clock."""
