"""Is the installed wheel whole and light? Run where it is installed without extras."""

import sys
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import kapsched

assert "site-packages" in kapsched.__file__, f"not the wheel: {kapsched.__file__}"
loaded = {name.partition(".")[0] for name in sys.modules}
assert "icalendar" not in loaded, "import kapsched imports icalendar"
extras = {"click", "rich", "hypothesis"}
assert not {name for name in extras if find_spec(name)}, "the base install brings an extra"

inside = files("kapsched")
assert (inside / "py.typed").is_file(), "the wheel lacks py.typed"
presets = {path.name for path in Path(sys.argv[1]).glob("*.toml")}
missing = {name for name in presets if not (inside / "presets" / name).is_file()}
assert not missing, f"the wheel lacks presets: {sorted(missing)}"
assert [point.value for point in entry_points(name="kapsched", group="console_scripts")] == [
    "kapsched.cli:main"
]
sys.stdout.write(f"wheel: kapsched with {len(presets)} presets, no extra\n")
