"""Parts of every HTTP server of the bot on uvicorn: listening, time limits, rates."""
