"""Is there a PostgreSQL on this machine? A server of our own in a folder of its own, which nobody else can reach.

It listens on a socket in that folder, and on no port: a port that was free may be somebody's by the time the server
opens it, and whoever is on the machine could come in there, for the server asks nobody for a password.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

_SECONDS = 60
# A server that lasts as long as a test need not survive the machine, and soon says who waits for whom in a ring.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "deadlock_timeout": "200ms",
    "statement_timeout": f"{_SECONDS}s",
    "timezone": "Europe/London",
    "max_connections": "20",
    "shared_buffers": "16MB",
}


def binaries() -> Path | None:
    """The folder of the newest server's programs: Debian has a folder for each version, none of them on the path."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda path: [int(number) for number in re.findall(r"\d+", path.parts[-3])],
    )
    there = shutil.which("postgres")
    found = debian[-1] if debian else Path(there).resolve() if there else None
    return found.parent if found and (found.parent / "initdb").exists() else None


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """The address of a new server, reached through a socket in its folder; it ends with the block."""
    # Not under pytest's folder, which is closed to the user that the server runs as; and short, for a socket's sake.
    folder = Path(tempfile.mkdtemp(prefix="kapsched-"))
    try:
        owner = _owner(folder)
        data, address = folder / "data", f"host={folder} user=kapsched dbname=postgres connect_timeout=10"
        making = [
            "initdb",
            "--no-sync",
            "--auth=trust",
            "--username=kapsched",
            "--locale=C",
            "--encoding=UTF8",
        ]
        _run([str(programs / making[0]), *making[1:], "--pgdata", str(data)], folder, owner)
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            running = subprocess.Popen(
                [str(programs / "postgres"), "-D", str(data), "-k", str(folder), *settings],
                cwd=folder,
                stdout=log,
                stderr=log,
                **owner,
            )
            try:
                _wait(running, address, folder / "log")
                yield address
            finally:
                _stop(running)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner(folder: Path) -> Mapping[str, Any]:
    """Whom the server runs as, since it will not run as root; the folder is theirs."""
    if os.geteuid() != 0:
        return {}
    names = [one.pw_name for one in pwd.getpwall()]
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _run(command: list[str], folder: Path, owner: Mapping[str, Any]) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False, **owner
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _wait(running: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Until the server answers."""
    until = time.monotonic() + _SECONDS
    while True:
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            assert running.poll() is None, log.read_text(encoding="utf-8", errors="replace")
            assert time.monotonic() < until, "PostgreSQL does not answer"
            time.sleep(0.05)
        else:
            return


def _stop(running: subprocess.Popen[bytes]) -> None:
    running.send_signal(signal.SIGINT)  # at once, but in order
    try:
        running.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()
