"""What every HTTP server of the bot on uvicorn shares: listening, time limits, rates."""
