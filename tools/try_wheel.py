"""Install the wheel as a user does, into a new environment outside the clone, start Phoenix from it, check it, and stop it.

.venv/bin/python tools/try_wheel.py dist/*.whl [--python PYTHON]
"""

from __future__ import annotations

import argparse
import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_SECONDS = 120.0
STOP_SECONDS = 60.0


def install(wheel: Path, environment: Path, python: str) -> None:
    """Install the wheel and only what requirements/run.txt pins. Packages that venv adds besides pip are removed."""
    subprocess.run([python, "-m", "venv", environment], check=True)
    pip: list[str | Path] = [environment / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "uninstall", "--yes", "setuptools"], check=True, stderr=subprocess.DEVNULL)
    subprocess.run([*pip, "install", "--require-hashes", "--requirement", ROOT / "requirements" / "run.txt"], check=True)
    subprocess.run([*pip, "install", "--no-deps", "--no-index", wheel], check=True)
    subprocess.run([*pip, "check"], check=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def first_line(process: subprocess.Popen[str]) -> str:
    """The first line on standard output, or "" if the process ends or takes too long without one."""
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=lambda: lines.put(process.stdout.readline() if process.stdout else ""), daemon=True).start()
    try:
        return lines.get(timeout=START_SECONDS)
    except queue.Empty:
        return ""


def run(environment: Path, folder: Path) -> None:
    """Start Phoenix, check it and stop it. Raises SystemExit with a message if anything is wrong."""
    port = free_port()
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PHOENIX_", "PYTHON", "VIRTUAL_ENV"))}
    command: list[str | Path] = [environment / "bin" / "phoenix", "up", "--port", str(port), "--data", folder / "data", "--demo"]
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            said = first_line(process).strip()
            if said != f"Phoenix is ready at http://localhost:{port}":
                log.seek(0)
                raise SystemExit(f"Phoenix did not become ready; it said {said!r}.\n{log.read()}")
            print(said)
            subprocess.run([sys.executable, ROOT / "tools" / "smoke.py", f"http://localhost:{port}"], check=True)
        finally:
            process.terminate()
            status = process.wait(STOP_SECONDS)
    if status != 0:
        raise SystemExit(f"Phoenix ended with status {status}, not 0.")
    if listens(port):
        raise SystemExit(f"Something still listens on port {port} after Phoenix was stopped.")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--python", default=sys.executable, help="The Python to create the environment with.")
    given = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="phoenix-wheel-") as name:
        folder = Path(name)
        install(given.wheel.resolve(), folder / "environment", given.python)
        print(f"installed in {time.monotonic() - begun:.0f} s")
        run(folder / "environment", folder)
    print(f"everything works after {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
