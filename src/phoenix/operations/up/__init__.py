"""`phoenix up`: everything Phoenix needs, started on one machine from nothing, and kept running."""

from phoenix.operations.up.start import up

__all__ = ["up"]
