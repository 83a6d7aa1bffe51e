"""Screens: they put widgets together and pass messages on; no rule of MetalLB or BGP is here."""
