"""Cryptographic keys, passwords, redaction, networks, and requests to other servers."""
