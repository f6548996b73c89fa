"""Actions of staff that do not belong to another module."""
