"""The bot: adapters around a core that decides when and with what to react."""

import model as model  # turns off telemetry before any library is imported
