"""Library events to core events and back, one module a platform."""
