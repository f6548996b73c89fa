"""The flows for signing up, signing in, and recovering access."""
