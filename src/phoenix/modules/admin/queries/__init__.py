"""Questions of staff, by what they are about."""
