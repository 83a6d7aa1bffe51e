"""Real routers at the other end, one file each, behind one Protocol."""
