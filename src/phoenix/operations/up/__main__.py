"""The process of `phoenix up`, with all settings in its environment."""

from __future__ import annotations

import sys

from phoenix.operations.up.start import bring_up
from phoenix.settings import settings_of_process

if __name__ == "__main__":
    sys.exit(bring_up(settings_of_process(), json="--json" in sys.argv[1:]))
