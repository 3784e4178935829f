"""How do files reach the disk so that a failure leaves the old ones whole?

Everything is first written beside its target. Only when all of it stands is each file moved into place, and a
move that fails undoes those before it. What has not changed is not touched.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

_NEW, _OLD = ".unfinished", ".before"


def write_all(files: Mapping[Path, bytes], *, stale: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Write every file's content and remove the `stale` ones; the paths that changed, in order.

    All of it happens or, where an error is raised, nothing. An `OSError` names the file that was to change.
    """
    changed = {path: content for path, content in sorted(files.items()) if not _holds(path, content)}
    gone = sorted(path for path in set(stale) - set(files) if path.is_file() or path.is_symlink())
    # Left in this order: moves are undone, what stands beside the targets is removed, then the new folders.
    with ExitStack() as folders, ExitStack() as tidying, ExitStack() as undoing:
        for path, content in changed.items():
            _make_folder(path.parent, folders)
            tidying.callback(_forget, _beside(path, _NEW))
            with naming(path):
                _write(_beside(path, _NEW), content)
        for path in (*changed, *gone):
            tidying.callback(_forget, _beside(path, _OLD))
            if path.exists():
                with naming(path):
                    _keep(path)
        for path in changed:
            undoing.callback(_bring_back, path)
            with naming(path):
                _beside(path, _NEW).replace(path)
        for path in gone:
            undoing.callback(_bring_back, path)
            path.unlink()
        undoing.pop_all()
        folders.pop_all()
    return tuple(sorted([*changed, *gone]))


def sweep(folder: Path, patterns: Iterable[str]) -> tuple[Path, ...]:
    """Remove what a run that was killed left beside the files that `patterns` mean in a folder; what that was."""
    found = {path for one in patterns for end in (_NEW, _OLD) for path in folder.glob(one + end)}
    left = sorted(path for path in found if path.is_file() or path.is_symlink())
    for path in left:
        with naming(path):
            path.unlink()
    return tuple(left)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Within the block an error of the disk is one of `path`: not of what stands beside it, nor of nothing."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def _make_folder(folder: Path, folders: ExitStack) -> None:
    missing = [one for one in (folder, *folder.parents) if not one.is_dir()]
    for one in reversed(missing):
        try:
            one.mkdir(exist_ok=True)
        except FileExistsError:
            raise NotADirectoryError(
                errno.ENOTDIR, "it is a file, and a folder is wanted", str(one)
            ) from None
        folders.callback(_forget_folder, one)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        # Without this a power cut could leave the new name with none of the new content.
        os.fsync(file.fileno())


def _keep(path: Path) -> None:
    """Give the old content a second name, so that it can come back."""
    _forget(_beside(path, _OLD))
    try:
        os.link(path, _beside(path, _OLD))
    except OSError:  # some file systems have no links
        shutil.copy2(path, _beside(path, _OLD))


def _bring_back(path: Path) -> None:
    try:
        _beside(path, _OLD).replace(path)
    except FileNotFoundError:
        _forget(path)  # there was no old one


def _forget(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _forget_folder(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
