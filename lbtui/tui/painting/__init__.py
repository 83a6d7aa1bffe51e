"""What goes to the terminal: only the cells that are not there yet. Knows no view and no state."""
