"""Push: turn it on and off in a browser, and send."""
