"""The bot: adapters around a core that decides when and with what to react."""
