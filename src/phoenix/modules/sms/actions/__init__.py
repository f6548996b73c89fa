"""Phone numbers: add, confirm and remove them, send to them, and take what comes back."""
