"""Cached reads and rate limits, over generations and Valkey."""
