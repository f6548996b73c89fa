"""Webhooks: declare them, queue what they send, and send it."""
