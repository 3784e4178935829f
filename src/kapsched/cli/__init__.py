"""What did the administrator ask for, and what came of it? The command line, which needs the extra `cli`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; without its libraries, one sentence that names the install."""
    try:
        from kapsched.cli.commands import kapsched  # noqa: PLC0415  # tried, because an extra may be missing
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]
        if missing not in ("click", "rich"):
            raise
        sentence = f"the command line needs {missing}; install it with: pip install 'kapsched[cli]'"
        sys.stderr.write(f"{sentence}\n")
        raise SystemExit(2) from None
    kapsched(prog_name="kapsched")
