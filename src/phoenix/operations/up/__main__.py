"""The process of `phoenix up`, with all settings in its environment."""

from __future__ import annotations

import sys

from phoenix.operations.up.start import bring_up
from phoenix.settings import read_settings

if __name__ == "__main__":
    sys.exit(bring_up(read_settings(), json="--json" in sys.argv[1:]))
