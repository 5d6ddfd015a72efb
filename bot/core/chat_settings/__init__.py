"""Settings of one chat: schema, overrides, quiet hours."""
