"""The page; it knows ``model`` and nothing of the bot. Imports inside are relative.

So it runs as ``demo.page`` beside the bot, and as ``page`` where this folder is a Space's root.
"""
