"""Presence: say who is here, and choose whether that is shown."""
