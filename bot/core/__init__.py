"""Pure decisions and the way of a message: standard library and model only."""
