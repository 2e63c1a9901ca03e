"""What more than one pane shows: theme, language, formatting and the live picture."""
