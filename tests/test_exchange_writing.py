"""Do files reach the disk all together or not at all?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from kapsched.exchange import writing
from kapsched.exchange.writing import write_all

OLD = {
    "a.txt": b"old a",
    "b.txt": b"old b",
    "same.txt": b"same",
    "stale.txt": b"stale",
    "other.txt": b"other",
}
NEW = {"a.txt": b"new a", "b.txt": b"new b", "same.txt": b"same", "deep/er/c.txt": b"new c"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in OLD.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`, and every folder as such."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b"<folder>"
        for path in sorted(folder.rglob("*"))
    }


def write(folder: Path, stale: Iterable[str] = ("stale.txt",)) -> tuple[Path, ...]:
    files = {folder / name: content for name, content in NEW.items()}
    return write_all(files, stale=[folder / name for name in stale])


AFTER = {
    "a.txt": b"new a",
    "b.txt": b"new b",
    "deep": b"<folder>",
    "deep/er": b"<folder>",
    "deep/er/c.txt": b"new c",
    "other.txt": b"other",
    "same.txt": b"same",
}


def test_all_files_are_written_stale_ones_removed_and_others_left_alone(folder: Path) -> None:
    changed = write(folder)
    assert contents(folder) == AFTER
    assert [path.relative_to(folder).as_posix() for path in changed] == [
        "a.txt", "b.txt", "deep/er/c.txt", "stale.txt",
    ]  # fmt: skip


def test_a_file_that_does_not_change_is_not_touched(folder: Path) -> None:
    os.utime(folder / "same.txt", (1, 1))
    identity = (folder / "same.txt").stat().st_ino
    write(folder)
    assert (folder / "same.txt").stat().st_mtime == 1
    assert (folder / "same.txt").stat().st_ino == identity
    assert write(folder) == ()


def test_what_is_both_written_and_stale_is_written(folder: Path) -> None:
    write_all({folder / "a.txt": b"new a"}, stale=[folder / "a.txt", folder / "missing.txt"])
    assert (folder / "a.txt").read_bytes() == b"new a"


class Broken(OSError):
    pass


def breaking(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, at: int) -> list[int]:
    """Make the call number `at` of a function fail; the list counts the calls."""
    real: Callable[..., object] = getattr(owner, name)
    calls: list[int] = []

    def fake(*args: object, **kwargs: object) -> object:
        calls.append(len(calls))
        if len(calls) - 1 == at:
            raise Broken(f"{name} number {at}")
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, fake)
    return calls


@pytest.mark.parametrize("at", range(3))
def test_a_failure_at_any_write_leaves_the_old_files_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    before = contents(folder)
    breaking(monkeypatch, writing, "_write", at)
    with pytest.raises(Broken):
        write(folder)
    assert contents(folder) == before


@pytest.mark.parametrize("at", range(3))
def test_a_disk_that_fills_up_leaves_the_old_files_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    before = contents(folder)
    breaking(monkeypatch, os, "fsync", at)
    with pytest.raises(Broken):
        write(folder)
    assert contents(folder) == before


@pytest.mark.parametrize("at", range(3))
def test_a_failure_at_any_move_brings_the_old_files_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    before = contents(folder)
    breaking(monkeypatch, Path, "replace", at)
    with pytest.raises(Broken):
        write(folder)
    assert contents(folder) == before


@pytest.mark.parametrize(("owner", "name"), [(writing, "_write"), (writing, "_keep"), (Path, "replace")])
def test_a_failure_names_the_file_that_was_to_change(
    folder: Path, monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    breaking(monkeypatch, owner, name, 1)
    with pytest.raises(Broken) as caught:
        write(folder)
    assert caught.value.filename == str(folder / "b.txt")


def test_a_file_in_the_place_of_a_folder_is_named(folder: Path) -> None:
    (folder / "deep").write_bytes(b"mine")
    before = contents(folder)
    with pytest.raises(NotADirectoryError, match="it is a file, and a folder is wanted") as caught:
        write(folder)
    assert caught.value.filename == str(folder / "deep")
    assert contents(folder) == before


def test_a_failure_to_remove_a_stale_file_brings_the_old_files_back_those_removed_before_it_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(folder)
    real = Path.unlink

    def fake(self: Path, missing_ok: bool = False) -> None:
        if self.name == "stale.txt":
            assert not (folder / "other.txt").exists()
            raise Broken
        real(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", fake)
    with pytest.raises(Broken):
        write(folder, stale=("other.txt", "stale.txt"))
    assert contents(folder) == before


def test_a_file_system_without_links_will_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(monkeypatch, os, "link", 0)
    write(folder)
    assert contents(folder) == AFTER


def test_what_an_earlier_crash_left_beside_a_file_is_in_nobodys_way(folder: Path) -> None:
    (folder / "a.txt.unfinished").write_bytes(b"half")
    (folder / "a.txt.before").write_bytes(b"older")
    write(folder)
    assert contents(folder) == AFTER


def test_a_folder_in_the_place_of_a_file_is_an_error_that_changes_nothing(folder: Path) -> None:
    (folder / "b.txt").unlink()
    (folder / "b.txt").mkdir()
    (folder / "b.txt" / "inside").write_bytes(b"x")
    before = contents(folder)
    with pytest.raises(OSError, match=r"b\.txt"):
        write(folder)
    assert contents(folder) == before
