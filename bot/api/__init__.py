"""The HTTP API and the tools for agents: predictions and feedback for any bot."""
