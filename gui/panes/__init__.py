"""The panes of the window, each alone; none imports another."""
