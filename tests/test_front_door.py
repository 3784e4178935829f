"""Is the front door what the documents promise, and is opening it free of effects?"""

from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType

import pytest
from attrs import frozen

import kapsched
from tests.fences import ROOT, fence_under

ARCHITECTURE = ROOT / "docs" / "explanation" / "architecture.md"

_REQUIRED = inspect.Parameter.empty


@frozen
class Promise:
    """One line of the block: a name, and unless it is a plain attribute its parameters and answer."""

    name: str
    line: str
    later: bool

    @property
    def owner(self) -> str:
        return self.name.partition(".")[0]

    @property
    def called(self) -> ast.FunctionDef | None:
        if "(" not in self.line:
            return None
        (node,) = ast.parse(f"def _{self.line[len(self.name) :]}: ...").body
        assert isinstance(node, ast.FunctionDef)
        return node

    def present(self) -> bool:
        thing: object = kapsched
        for part in self.name.split("."):
            thing = getattr(thing, part, None)
        return thing is not None


def promises(block: str) -> list[Promise]:
    """The signatures of `block`; those beneath `# later` are to come, other comments are prose."""
    found, later = [], False
    for line in filter(None, map(str.strip, block.splitlines())):
        if line == "# later":
            later = True
        elif not line.startswith("#"):
            name = re.match(r"[\w.]+", line)
            assert name, f"no signature: {line}"
            found.append(Promise(name[0], line, later))
    return found


def promised(call: ast.FunctionDef) -> list[tuple[str, str, object]]:
    """The parameters of a promised call, each with its kind and default; a default by name is its name."""
    arguments = call.args
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
    pairs = [
        *((argument.arg, "plain", default) for argument, default in zip(plain, defaults, strict=True)),
        *(
            (argument.arg, "keyword", default)
            for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        ),
    ]
    return [(name, kind, _REQUIRED if value is None else _value(value)) for name, kind, value in pairs]


def _value(node: ast.expr) -> object:
    return node.id if isinstance(node, ast.Name) else ast.literal_eval(node)


def differences(promise: Promise, thing: Callable[..., object]) -> list[str]:
    """Where `thing` departs from its promise, in words."""
    call = promise.called
    assert call is not None
    signature = inspect.signature(thing)
    actual = [parameter for name, parameter in signature.parameters.items() if name not in {"self", "cls"}]
    wanted = promised(call)
    kinds = [
        (parameter.name, "keyword" if parameter.kind is inspect.Parameter.KEYWORD_ONLY else "plain")
        for parameter in actual
    ]
    found = []
    if kinds != [(name, kind) for name, kind, _ in wanted]:
        found.append(f"{promise.line}: the code has {signature}")
    else:
        found += [
            f"{promise.line}: {name} defaults to {parameter.default!r}"
            for (name, _, default), parameter in zip(wanted, actual, strict=True)
            if not _same_default(default, parameter.default)
        ]
    if call.returns is not None and (answer := _answer(signature)) != ast.unparse(call.returns):
        found.append(f"{promise.line}: the code answers {answer}")
    return found


def _same_default(wanted: object, actual: object) -> bool:
    """Are two defaults one? An empty one is kept by any empty thing, a named one by any default."""
    if wanted is _REQUIRED or actual is _REQUIRED:
        return wanted is actual
    if isinstance(wanted, str):
        return True
    if wanted in ((), {}):
        return hasattr(actual, "__len__") and not len(actual)
    return wanted == actual


def _answer(signature: inspect.Signature) -> str:
    written = signature.return_annotation
    text = written if isinstance(written, str) else inspect.formatannotation(written)
    return re.sub(r"\b\w+\.(?=\w)", "", text)


def block() -> list[Promise]:
    return promises(fence_under(ARCHITECTURE.read_text(encoding="utf-8"), "The front door").text)


def test_the_list_of_public_names_is_what_can_be_seen() -> None:
    visible = {
        name
        for name in dir(kapsched)
        if not name.startswith("_") and not isinstance(getattr(kapsched, name), ModuleType)
    }
    assert {name for name in kapsched.__all__ if not name.startswith("_")} == visible


def test_no_public_name_is_listed_twice() -> None:
    assert sorted(kapsched.__all__) == sorted(set(kapsched.__all__))


def test_every_promised_name_is_there_unless_it_is_for_later() -> None:
    assert [promise.line for promise in block() if not promise.later and not promise.present()] == []


def test_nothing_that_is_there_is_still_called_later() -> None:
    assert [promise.line for promise in block() if promise.later and promise.present()] == []


def test_what_is_there_has_exactly_the_promised_parameters() -> None:
    found = []
    for promise in block():
        if promise.present() and promise.called is not None:
            thing: object = kapsched
            for part in promise.name.split("."):
                thing = getattr(thing, part)
            assert callable(thing), promise.line
            found += differences(promise, thing)
    assert found == []


def test_every_public_function_is_promised() -> None:
    functions = {name for name in kapsched.__all__ if inspect.isfunction(getattr(kapsched, name))}
    assert functions - {promise.name for promise in block()} == set()


PROBE = """
import logging, os, signal, sys, threading

def refuse(event, arguments):
    touches = event.startswith(("socket.", "subprocess.", "os.system", "os.remove", "os.mkdir", "os.rename"))
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if touches or writes:
        raise AssertionError(f"importing kapsched did {event} {arguments}")

def state():
    return (dict(os.environ), os.getcwd(), list(sys.path), threading.active_count(),
            list(logging.root.handlers), signal.getsignal(signal.SIGINT), sys.excepthook)

before = state()
sys.addaudithook(refuse)
import kapsched
first = {name.partition(".")[0] for name in sys.modules} & {"attrs", "dateutil", "attr"}
assert not first, f"importing kapsched imported {sorted(first)} before anything was asked for"
kapsched.Clinic, kapsched.enrol, kapsched.find_plan, kapsched.verify
assert state() == before, "importing kapsched changed the process"
loaded = {name.partition(".")[0] for name in sys.modules}
unwanted = loaded & {"icalendar", "cattrs", "click", "holidays", "rich", "hypothesis", "ortools"}
assert not unwanted, f"importing kapsched imported {sorted(unwanted)}"
"""


def test_importing_kapsched_has_no_effects_and_opens_no_extra() -> None:
    # An environment of its own: this process has imported kapsched already.
    run = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", PROBE],
        cwd=ROOT / "src",
        env={name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_a_type_checker_is_told_of_just_the_doors_that_there_are() -> None:
    tree = ast.parse((ROOT / "src" / "kapsched" / "__init__.py").read_text(encoding="utf-8"))
    (choice,) = (node for node in tree.body if isinstance(node, ast.If))
    told = {
        alias.name: str(node.module).removeprefix("kapsched.")
        for node in choice.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert told == vars(kapsched)["_DOORS"]


def test_every_public_name_can_be_imported() -> None:
    assert [name for name in kapsched.__all__ if not hasattr(kapsched, name)] == []


def test_a_name_that_is_not_there_is_told_as_python_tells_it() -> None:
    with pytest.raises(AttributeError, match="module 'kapsched' has no attribute 'find_plans'"):
        getattr(kapsched, "find_plans")  # noqa: B009  # the name is the point


# The comparison itself, on promises made to be broken.


@pytest.mark.parametrize(
    "line",
    [
        "search(course, *, now, steps=9) -> None",
        "search(course, diary, *, steps=9) -> None",
        "search(course, diary, now, steps=9) -> None",
        "search(diary, course, *, now, steps=9) -> None",
        "search(course, diary, *, now, steps) -> None",
        "search(course, diary=(), *, now, steps=9) -> None",
        "search(course, diary, *, now, steps=8) -> None",
        "search(course, diary, *, now, steps=9) -> str",
    ],
)
def test_a_promise_that_differs_is_caught(line: str) -> None:
    def search(course: str, diary: str, *, now: str, steps: int = 9) -> None: ...

    assert len(differences(Promise("search", line, later=False), search)) == 1


def test_a_promise_that_is_kept_is_left_alone() -> None:
    def search(
        course: str, diary: str, *, now: str, booked: tuple[str, ...] = (), steps: int = 9
    ) -> None: ...

    (promise,) = promises("search(course, diary, *, now, booked=(), steps=STEPS) -> None")
    assert differences(promise, search) == []


def test_names_below_the_word_later_are_for_later() -> None:
    found = promises("enrol(programme)\n\n# later\nPlan.bookings  # sorted\n")
    assert [(promise.name, promise.later) for promise in found] == [("enrol", False), ("Plan.bookings", True)]
