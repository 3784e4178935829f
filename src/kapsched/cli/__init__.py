"""What did the administrator ask for, and what came of it? The command line, which needs the extra `cli`."""

from __future__ import annotations

import sys

from kapsched.cli.exit_codes import BAD_INPUT, INTERRUPTED


def main() -> None:
    """Run the command line; without its libraries, one sentence that names the install."""
    try:
        from kapsched.cli.commands import kapsched  # noqa: PLC0415  # tried, because an extra may be missing
    except KeyboardInterrupt:  # what is read first takes a while, and no command is there yet to say so
        sys.stderr.write("stopped\n")
        raise SystemExit(INTERRUPTED) from None
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]
        if missing not in ("click", "rich"):
            raise
        sentence = f"the command line needs {missing}; install it with: pip install 'kapsched[cli]'"
        sys.stderr.write(f"{sentence}\n")
        raise SystemExit(BAD_INPUT) from None
    kapsched(prog_name="kapsched")
