"""Health checks, metrics and the service manager of a running bot."""
