"""The web page; it imports ``model`` but not the bot, and its own modules relatively.

So it runs as ``demo.page`` with the bot, and as ``page`` at the root of a Space.
"""

import model as model  # turns off telemetry before any library is imported
