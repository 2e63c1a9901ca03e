"""The main window: layout, header, commands, dialogs, controllers and wiring."""
