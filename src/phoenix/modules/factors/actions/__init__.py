"""Two-step verification and passkeys, and the limits on wrong attempts."""
