"""Inboxes: add to them, mark as read, archive."""
