"""Phoenix: a self-hosted application platform. Read `composition.py` first."""

__version__ = "2.1.0"
