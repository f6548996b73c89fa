"""`phoenix up`: everything Phoenix needs, started on one machine from nothing, and kept running."""

from phoenix.operations.up.become import up

__all__ = ["up"]
