"""Platforms with texts and reactions, without buttons and menus: messages, answers, commands."""
