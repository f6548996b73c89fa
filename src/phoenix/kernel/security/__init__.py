"""Keys, passwords, redaction, networks, and requests to other servers."""
