"""What can be set: schema, table and store of the settings."""
