"""Running a server as an unprivileged user when Phoenix itself runs as root.

PostgreSQL refuses to run as root, and a cache has no need to. The servers then run as the owner of their folder, else as
`postgres` where the machine has that account, else as `nobody`.
"""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from phoenix.embedded.leash import leashed

SEARCH = stat.S_IXOTH
READ = stat.S_IROTH


@dataclass(frozen=True, slots=True)
class Account:
    """A system account, by number."""

    name: str
    uid: int
    gid: int


def account_for(folder: Path) -> Account | None:
    """The user that this folder's server must run as; None for the user who runs Phoenix."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat().st_uid) != 0:
        entry = pwd.getpwuid(owner)
    else:
        entry = _known("postgres") or pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def hand_over(path: Path, account: Account | None) -> None:
    """Give a file or folder to the account."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def let_through(path: Path, say: Callable[[str], None]) -> None:
    """Let every account pass through the folders above `path`, without letting it list them.

    A folder such as /root is closed to others, and the server below it needs access. Every folder opened is reported.
    """
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & SEARCH:
            folder.chmod(stat.S_IMODE(mode) | SEARCH)
            say(f"Opened {folder} for passage (chmod o+x), because the servers below it do not run as root.")


def let_run(program: Path, installed: Sequence[Path], account: Account, say: Callable[[str], None]) -> None:
    """Make sure that the account can run a program, which a strict umask may have prevented when it was `installed`."""
    let_through(program.resolve(), say)
    if _runs(program, account):
        return
    for path in (found for folder in installed if folder.is_dir() for found in (folder, *folder.rglob("*")) if not found.is_symlink()):
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | READ | (SEARCH if mode & stat.S_IXUSR else 0))


def _runs(program: Path, account: Account) -> bool:
    command = leashed([str(program), "--version"], user=(account.uid, account.gid))
    return subprocess.run(command, capture_output=True, check=False, cwd="/").returncode == 0  # noqa: S603


def _known(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None
