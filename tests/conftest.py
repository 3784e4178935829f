"""How are the tests run? Hypothesis without clocks or chance in CI; the costly harbour example planned once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from attrs import frozen
from click.testing import Result
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.desk import Desk
from tests.fences import ROOT

HARBOUR_NOW = "2026-12-01T09:00"

# No test is timed. In CI each run tries the same examples; at a desk, new ones.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: plans a whole example")


class ByCases(LoadScopeScheduling):  # type: ignore[misc]  # theirs has no types
    """Where tests run in several processes, those that share costly cases run in one; the others where one is free."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        match file.rpartition("/")[2]:
            case "test_oracles.py" | "test_planning_oracles.py":
                # Each population of cases is planned by the reference once.
                return next((cases for cases in ("pool", "tiny") if cases in test), "random")
            case "test_shared_oracles.py":
                return "shared"
            case "test_harbour.py" | "test_cli_show.py":
                return "harbour"
            case _:
                return nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByCases:
    """The groups come first, being the largest."""
    return ByCases(config, log)


@frozen
class Harbour:
    """A copy of the example with what came of planning it; not to be changed."""

    desk: Desk
    result: Result

    @property
    def out(self) -> Path:
        return self.desk.out


@pytest.fixture(scope="session")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Harbour:
    desk = Desk(tmp_path_factory.mktemp("harbour"))
    shutil.copytree(ROOT / "examples" / "harbour", desk.clinic, ignore=shutil.ignore_patterns("uid.key"))
    return Harbour(desk, desk.plan(now=HARBOUR_NOW))
