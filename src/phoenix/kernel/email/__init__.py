"""Emails: how they are written, and what carries them."""
