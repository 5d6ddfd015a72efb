"""The HTTP API and the tools for agents, over real connections."""
