"""Which programme does a file or a preset describe, by itself or on top of another one?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, partial
from importlib.resources import files
from os import PathLike

from kapsched.errors import Fault, InvalidInput, Several, each, of_type, refuse, require_given
from kapsched.exchange.fields import gather, text
from kapsched.exchange.programme_bases import merged
from kapsched.exchange.programme_tables import programme_of
from kapsched.exchange.shown import meant
from kapsched.exchange.toml_files import TomlFile, a_path
from kapsched.model.programme import Programme

_PRESET = "preset:"

some_programmes = each(of_type(Programme))


def read_programme(path: str | PathLike[str], programmes: Iterable[Programme] = ()) -> Programme:
    """The programme of a TOML file; it may be based on a preset or on one of `programmes`."""
    known = Several(programmes)
    require_given(path=(path, a_path), programmes=(known, some_programmes))
    return programme_in(TomlFile.read(path), known)


def read_programmes(paths: Iterable[str | PathLike[str]]) -> tuple[Programme, ...]:
    """The programmes of several files that may be based on one another, in the order given."""
    return programmes_in([TomlFile.read(path) for path in paths])


def programmes_in(parsed: Iterable[TomlFile]) -> tuple[Programme, ...]:
    """The programmes of files already parsed; the faults of all of them are raised together."""
    found, faults = programmes_and_faults_in(parsed)
    refuse(faults)
    return tuple(programme for programme in found if programme is not None)


def programmes_and_faults_in(
    parsed: Iterable[TomlFile],
) -> tuple[tuple[Programme | None, ...], tuple[Fault, ...]]:
    """The programme of each file, None for those at fault, and all their faults."""
    waiting = dict(enumerate(parsed))
    found: dict[int, Programme | None] = dict.fromkeys(waiting)
    faults = list(_described_twice(waiting.values()))
    faulty: set[str] = set()
    while waiting:
        names = {own_name(file) for file in waiting.values()}
        # A circle of bases is broken anywhere: the one read first says that its base is not there.
        place = next((one for one, file in waiting.items() if _base_name(file) not in names), min(waiting))
        file = waiting.pop(place)
        try:
            # What else is wrong on top of a faulty base can be told only once the base is right.
            if _base_name(file) in faulty:
                refuse(file.faults)
            else:
                found[place] = programme_in(file, [one for one in found.values() if one is not None])
        except InvalidInput as error:
            faults += error.faults
        if found[place] is None:
            faulty.add(own_name(file))
    return tuple(found.values()), tuple(faults)


def _described_twice(files: Iterable[TomlFile]) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    for file in files:
        if own_name(file) in owners:
            yield Fault(
                f"{own_name(file)} is already described in {owners[own_name(file)]}", "name", file.source
            )
        owners.setdefault(own_name(file), file.source)


def own_name(file: TomlFile) -> str:
    """The `name@version` a programme's file gives itself."""
    return f"{file.table.get('name')}@{file.table.get('version')}"


def _base_name(file: TomlFile) -> str:
    return str(file.table.get("based_on"))


def programme_in(file: TomlFile, programmes: Iterable[Programme] = ()) -> Programme:
    """The programme of a file already parsed."""
    with file.placing():
        if "based_on" not in file.table:
            return programme_of(file.table)
        (base,) = gather([("based_on", partial(_base, file.table["based_on"], programmes))])
        return programme_of(merged(base, file.table))


def _base(value: object, programmes: Iterable[Programme]) -> Programme:
    name = text(value)
    if name.startswith(_PRESET):
        return load_preset(name.removeprefix(_PRESET))
    known = {f"{one.name}@{one.version}": one for one in programmes}
    if name in known:
        return known[name]
    options = [*known, *(_PRESET + preset for preset in presets())]
    raise InvalidInput(f"there is no programme {name!r} to begin from{meant(name, options)}")


def programme_named(name: str, programmes: Iterable[Programme]) -> Programme:
    """The programme called `name@version` among those given, else the preset of that name."""
    known = {f"{one.name}@{one.version}": one for one in programmes}
    if name in known:
        return known[name]
    if name in presets():
        return load_preset(name)
    raise InvalidInput(f"there is no programme {name!r}{meant(name, [*known, *presets()])}")


@cache
def presets() -> tuple[str, ...]:
    """The presets that come with this kapsched, each as `name@version`, in order."""
    return tuple(sorted(map(own_name, _preset_files())))


def _preset_files() -> list[TomlFile]:
    folder = files("kapsched") / "presets"
    names = (
        sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
        if folder.is_dir()
        else []
    )
    return [TomlFile.of((folder / name).read_text(encoding="utf-8"), name) for name in names]


def load_preset(name: str) -> Programme:
    """A preset by its `name@version`, such as `kap-twice-weekly@1`."""
    require_given(name=(name, of_type(str)))
    return _preset(name)


@cache
def _preset(name: str) -> Programme:
    return programme_in(_preset_file(name))


def preset_text(name: str) -> str:
    """The TOML of a preset, by its `name@version`, as it comes with this kapsched."""
    return _preset_file(name).text


def _preset_file(name: str) -> TomlFile:
    for file in _preset_files():
        if own_name(file) == name:
            return file
    raise InvalidInput(f"there is no preset {name!r}{meant(name, presets())}")
