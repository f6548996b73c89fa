"""Identity providers, and the identities that are connected to accounts."""
