"""Do the pages on parts of kapsched hold what they promise: ten lines each, and calendars that a server can serve?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from kapsched import Resource
from tests.fences import ROOT, fences, python_example

PAGES = ROOT / "docs" / "how-to"


def test_each_part_alone_takes_at_most_ten_lines() -> None:
    page = (PAGES / "one-part-alone.md").read_text(encoding="utf-8")
    lengths = {
        (fence.heading, place): sum(line.startswith((">>> ", "... ")) for line in fence.text.splitlines())
        for place, fence in enumerate(fences(page))
    }
    assert len({heading for heading, _ in lengths}) == 8
    assert {part: length for part, length in lengths.items() if not 0 < length <= 10} == {}


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def shop() -> Iterator[tuple[int, dict[str, Any]]]:
    """The page's application on loopback: its port, and all that the page defines."""
    said: dict[str, Any] = {}
    exec(python_example((PAGES / "feeds-on-a-web-server.md").read_text(encoding="utf-8")), said)  # noqa: S102
    said["patients"].add(Resource("patient", "q31"))  # erased at the end of the page
    said["publish"](said["schedule"])
    server = make_server("127.0.0.1", 0, said["calendars"], handler_class=_Silent)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port, said
    server.shutdown()
    thread.join()
    server.server_close()


def asked(port: int, name: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(
        method, f"/{name}", headers={key.replace("_", "-"): text for key, text in headers.items()}
    )
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_a_calendar_is_served_once_and_then_not_again_until_it_changes(
    shop: tuple[int, dict[str, Any]],
) -> None:
    port, said = shop
    for name, feed in said["published"].items():
        answer, body = asked(port, name)
        assert (answer.status, body) == (200, feed.content)
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        again, nothing = asked(port, name, If_None_Match=answer.headers["ETag"])
        assert (again.status, nothing, again.headers["ETag"]) == (304, b"", answer.headers["ETag"])


def test_after_a_change_only_those_who_can_see_it_are_sent_anything(shop: tuple[int, dict[str, Any]]) -> None:
    port, said = shop
    said["publish"](said["schedule"])
    tags = {name: asked(port, name)[0].headers["ETag"] for name in said["published"]}
    changed = said["publish"](said["succeeding"](said["later"], said["schedule"]))
    served = {name for name, tag in tags.items() if asked(port, name, If_None_Match=tag)[0].status == 200}
    assert served == set(changed)
    assert {name.partition("/")[0] for name in served} == {"staff", "clinic"}


def test_nothing_is_served_at_a_name_that_could_be_guessed(shop: tuple[int, dict[str, Any]]) -> None:
    port, said = shop
    for name in ("", "clinic.ics", "staff/hana.ics", "patients/q31.ics", "rooms/cove.ics", "index.csv"):
        assert asked(port, name)[0].status == 404
    assert all(re.fullmatch(r"\w+/[a-z2-7]{26}\.ics", name) for name in said["published"])


def test_whoever_only_asks_for_the_head_is_told_the_length(shop: tuple[int, dict[str, Any]]) -> None:
    port, said = shop
    name, feed = next(iter(said["published"].items()))
    answer, body = asked(port, name, "HEAD")
    assert (answer.status, answer.headers["Content-Length"], body) == (200, str(len(feed.content)), b"")
