"""Try the Containerfile without a container engine: run each of its steps in a Debian tree, and then Phoenix from that tree.

    .venv/bin/python tools/try_containerfile.py [--base TREE]

Needs root, debootstrap and unshare; takes about five minutes. It cannot try the base image itself (Debian's Python 3.11 replaces
that of python:3.11-slim-bookworm), layers, and an engine's volumes, networks and health checks.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_SECONDS = 120
# The tree reaches packages through the same network settings as this machine, as under a container engine.
PASSED_ON = re.compile(r"^(PIP_|NPM_CONFIG_|SSL_CERT_|NODE_EXTRA_CA|(https?|no|all)_proxy$)", re.IGNORECASE)
LENT_FILES = ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt")
# In its own namespace, so that no process is left when its first process ends.
ENTER = 'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && exec chroot --userspec="$2" "$1" /bin/sh -c "$3"'


@dataclass
class Stage:
    """The state after a FROM and the instructions below it so far."""

    tree: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"})
    folder: str = "/"
    user: str = "0:0"
    health: list[str] = field(default_factory=list)
    start: list[str] = field(default_factory=list)

    def command(self, text: str) -> list[str]:
        inner = f"cd {shlex.quote(self.folder)} && {text}"
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", ENTER, "sh", str(self.tree), self.user, inner]

    def variables(self, lent: dict[str, str] | None = None) -> dict[str, str]:
        return {"HOME": "/root" if self.user == "0:0" else "/", **(lent or {}), **self.environment}


def instructions(path: Path) -> list[tuple[str, str]]:
    """Instructions with their arguments: continued lines joined, comments left out."""
    text = "\n".join(line for line in path.read_text().splitlines() if not line.lstrip().startswith("#"))
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(word.upper(), rest.strip()) for word, _, rest in (line.strip().partition(" ") for line in lines) if word]


def make_base(folder: Path) -> Path:
    """A Debian 12 with Python, like the base image."""
    packages = "python3,python3-venv,ca-certificates"
    subprocess.run(["debootstrap", "--variant=minbase", f"--include={packages}", "bookworm", folder], check=True, stdout=subprocess.DEVNULL)
    return folder


def context() -> list[str]:
    """The files that the build receives: those in the repository that .dockerignore allows."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    return [name for name in listed if (ROOT / name).is_file() and any(name == a or name.startswith(f"{a}/") for a in allowed)]


def copy(stage: Stage, stages: dict[str, Stage], arguments: list[str]) -> None:
    """COPY, in the two forms that the Containerfile uses."""
    if arguments[0].startswith("--from="):
        source, target = (path.lstrip("/") for path in arguments[1:])
        origin = stages[arguments[0].removeprefix("--from=")].tree / source
        shutil.copytree(origin, stage.tree / target, symlinks=True, dirs_exist_ok=True)
        return
    for name in context():
        target_path = stage.tree / stage.folder.lstrip("/") / name
        target_path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target_path)


def build(path: Path, base: Path, folder: Path) -> Stage:
    """Run the instructions; returns the last stage."""
    stages: dict[str, Stage] = {}
    stage = Stage(base)
    lent = {name: value for name, value in os.environ.items() if PASSED_ON.match(name)}
    for word, rest in instructions(path):
        begun = time.monotonic()
        if word == "FROM":
            name = rest.partition(" AS ")[2] or "last"
            stage = stages[name] = Stage(folder / name)
            subprocess.run(["cp", "-a", base, stage.tree], check=True)
            for file in LENT_FILES:
                shutil.copyfile(f"/{file}", stage.tree / file)
        elif word == "RUN":
            subprocess.run(stage.command(rest), check=True, env=stage.variables(lent))
        elif word == "COPY":
            copy(stage, stages, shlex.split(rest))
        elif word == "ENV":
            given = dict(pair.split("=", 1) for pair in shlex.split(rest))
            stage.environment |= {key: value.replace("$PATH", stage.environment["PATH"]) for key, value in given.items()}
        elif word == "WORKDIR":
            stage.folder = rest
            (stage.tree / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif word == "USER":
            stage.user = rest
        elif word == "HEALTHCHECK":
            stage.health = json.loads(rest.partition("CMD ")[2])
        elif word in {"ENTRYPOINT", "CMD"}:
            stage.start += json.loads(rest)
        elif word not in {"VOLUME", "EXPOSE"}:
            raise SystemExit(f"{word} is not supported. Add it to tools/try_containerfile.py.")
        print(f"{word} {rest[:90]}  ({time.monotonic() - begun:.0f} s)", flush=True)
    return stage


def run(stage: Stage) -> None:
    """Start what the image would start, run its health check as an engine would, smoke-test it, and stop it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    stage.environment |= {"PHOENIX_PORT": str(port)}
    process = subprocess.Popen(stage.command("exec " + shlex.join(stage.start)), env=stage.variables(), stdout=subprocess.PIPE, text=True)
    try:
        ready = process.stdout.readline().strip() if process.stdout else ""
        print(ready)
        if "Phoenix is ready at" not in ready:
            raise SystemExit("Phoenix did not start from the tree; the reason is above.")
        subprocess.run(stage.command(shlex.join(stage.health)), check=True, env=stage.variables())
        print("HEALTHCHECK passes while it runs")
        subprocess.run([sys.executable, ROOT / "tools" / "smoke.py", f"http://127.0.0.1:{port}"], check=True)
        uids = subprocess.run(["ps", "-eo", "uid,args"], check=True, capture_output=True, text=True).stdout
        ours = [
            line.split()[0]
            for line in uids.splitlines()
            if "/opt/phoenix/bin/python" in line and "unshare" not in line and "/bin/sh" not in line
        ]
        if set(ours) != {stage.user.partition(":")[0]}:
            raise SystemExit(f"Processes of Phoenix run as {set(ours)}.")
        print(f"{len(ours)} processes, all as user {ours[0]}")
    finally:
        # `unshare` has one child, which is process 1 of the tree and would receive an engine's stop signal.
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split() if process.poll() is None else []
        for child in children:
            os.kill(int(child), signal.SIGTERM)
        process.wait(60)
    failed = subprocess.run(stage.command(shlex.join(stage.health)), check=False, env=stage.variables(), stderr=subprocess.DEVNULL)
    if failed.returncode == 0:
        raise SystemExit("HEALTHCHECK passes although Phoenix was stopped.")
    print("stopped; HEALTHCHECK fails")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, help="A tree that debootstrap has made before.")
    given = parser.parse_args()
    missing = [program for program in ("debootstrap", "unshare", "chroot") if not shutil.which(program)]
    if os.geteuid() != 0 or missing:
        raise SystemExit(f"This needs root and: {', '.join(missing) or 'nothing else'}. Debian: apt install debootstrap util-linux")
    with tempfile.TemporaryDirectory(prefix="phoenix-container-") as name:
        base = given.base or make_base(Path(name) / "base")
        run(build(ROOT / "Containerfile", base, Path(name)))
    print("The Containerfile's steps work in a Debian tree. No image was built.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
