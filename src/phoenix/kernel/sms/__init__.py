"""Text messages: how they are written and counted, to which numbers they go, and what carries them."""
