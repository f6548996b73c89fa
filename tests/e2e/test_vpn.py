"""S7: the admin panel bound to a WireGuard address answers inside the tunnel and nowhere else.

Two network namespaces represent two machines: the server and the computer of a staff member. A virtual cable connects them, and
the tunnel runs through it. WireGuard runs as a program (wireguard-go), so that no kernel module is needed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.harness import Place
from tests.waiting import eventually

pytestmark = pytest.mark.slow

TUNNEL, CABLE = "10.88.0", "192.0.2"
PORT = 8443
PANEL = f"http://{TUNNEL}.1:{PORT}"
FETCH = """
import sys, urllib.request, urllib.error
try:
    answer = urllib.request.urlopen(sys.argv[1], timeout=5)
    print(answer.status, answer.read().decode())
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode())
except OSError as error:
    print("unreachable", error)
"""


@dataclass
class Machine:
    """A network namespace with an end of the cable and an end of the tunnel."""

    number: int
    folder: Path
    name: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Interface names have at most 15 characters, and all namespaces share the folder of WireGuard's control sockets.
        self.name = f"phx{os.getpid() % 100_000}n{self.number}"

    def run(self, *command: str, text: str = "") -> str:
        done = subprocess.run(
            ["ip", "netns", "exec", self.name, *command], input=text, capture_output=True, text=True, check=False, timeout=30
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout.strip()

    def start(self, *command: str, log: str, **variables: str) -> None:
        with (self.folder / log).open("ab") as errors:
            full = ["ip", "netns", "exec", self.name, *command]
            self.processes.append(subprocess.Popen(full, stdout=errors, stderr=errors, env={**os.environ, **variables}))

    def fetch(self, url: str) -> tuple[str, str]:
        status, _, body = self.run(sys.executable, "-c", FETCH, url).partition(" ")
        return status, body

    def address(self, network: str) -> str:
        return f"{network}.{self.number}"


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    """Two machines with a cable and a tunnel between them."""
    missing = [program for program in ("ip", "wg", "wireguard-go") if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} is not installed; `tools/system_packages.sh` installs it.")
    if not Path("/dev/net/tun").exists():
        pytest.skip("This machine has no /dev/net/tun, through which a tunnel goes.")
    server, staff = Machine(1, tmp_path), Machine(2, tmp_path)
    made = subprocess.run(["ip", "netns", "add", server.name], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"This machine does not permit network namespaces: {made.stderr.strip()}")
    try:
        subprocess.run(["ip", "netns", "add", staff.name], check=True)
        cable = ("veth", "peer", "name", "cable", "netns", staff.name)
        subprocess.run(["ip", "link", "add", "cable", "netns", server.name, "type", *cable], check=True)
        keys = {}
        for machine in (server, staff):
            machine.run("ip", "link", "set", "lo", "up")
            machine.run("ip", "address", "add", f"{machine.address(CABLE)}/24", "dev", "cable")
            machine.run("ip", "link", "set", "cable", "up")
            machine.start("wireguard-go", "-f", machine.name, log=f"wireguard-{machine.number}.log")
            keys[machine.number] = machine.run("wg", "genkey")
        for machine, other in ((server, staff), (staff, server)):
            wait_for(lambda machine=machine: machine.name in machine.run("wg", "show", "interfaces"))  # type: ignore[misc]
            public = other.run("wg", "pubkey", text=keys[other.number])
            secret = machine.folder / f"key-{machine.number}"
            secret.write_text(keys[machine.number])
            secret.chmod(0o600)
            machine.run(
                *("wg", "set", machine.name, "private-key", str(secret), "listen-port", "51820", "peer", public),
                *("allowed-ips", f"{other.address(TUNNEL)}/32", "endpoint", f"{other.address(CABLE)}:51820"),
            )
            machine.run("ip", "address", "add", f"{machine.address(TUNNEL)}/24", "dev", machine.name)
            machine.run("ip", "link", "set", machine.name, "up")
        yield server, staff
    finally:
        for machine in (server, staff):
            for process in machine.processes:
                process.terminate()
                process.wait(20)
            subprocess.run(["ip", "netns", "delete", machine.name], check=False, capture_output=True)


def wait_for(holds: Callable[[], object], seconds: float = 30) -> None:
    eventually(holds, seconds, what="it did not come up")


def test_the_panel_answers_inside_the_tunnel_and_nowhere_else(machines: tuple[Machine, Machine], place: Place) -> None:
    server, staff = machines
    variables = {
        "PHOENIX_ENVIRONMENT": "test",
        "PHOENIX_SECRET_KEY": f"a secret for the tunnel, long enough and of many letters {place.folder}",
        "PHOENIX_DATABASE_URL": place.database,
        "PHOENIX_CACHE_URL": "",
        "PHOENIX_DATA": str(place.folder),
        "PHOENIX_ADMIN_BIND": f"{TUNNEL}.1:{PORT}",
        "PHOENIX_ADMIN_NETWORKS": f"{TUNNEL}.0/24",
    }
    command = (
        sys.executable,
        "-m",
        "phoenix.operations.up.uvicorn_server",
        "phoenix.app:create_admin_app",
        "--host",
        f"{TUNNEL}.1",
        "--port",
        str(PORT),
    )
    server.start(*command, log="admin.log", **variables)
    wait_for(lambda: staff.fetch(f"{PANEL}/readyz")[0] == "200", 60)

    status, page = staff.fetch(f"{PANEL}/sign-in")
    assert (status, "<h1>" in page) == ("200", True)
    # Nothing listens on the cable.
    status, why = staff.fetch(f"http://{CABLE}.1:{PORT}/sign-in")
    assert (status, "refused" in why) == ("unreachable", True)
    # A machine answers on all its addresses, however a packet arrives. A sender outside the tunnel is recognised by its network.
    staff.run("ip", "route", "replace", f"{TUNNEL}.1/32", "via", f"{CABLE}.1", "src", f"{CABLE}.2")
    for path in ("/sign-in", "/staff/people", "/api/v2/me", "/readyz", "/static/manifest.json"):
        status, page = staff.fetch(f"{PANEL}{path}")
        assert (status, page.strip()) == ("403", "This address is for staff, inside the private network."), path
    staff.run("ip", "route", "delete", f"{TUNNEL}.1/32")
    # Without a key for the tunnel there is no answer at all.
    staff.run("wg", "set", staff.name, "private-key", "/dev/stdin", text=staff.run("wg", "genkey"))
    status, _why = staff.fetch(f"{PANEL}/sign-in")
    assert status == "unreachable"
