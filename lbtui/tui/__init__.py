"""The terminal console. Screens wire; they hold no rule of MetalLB or BGP."""
