"""Does the example's page show the week that the document holds, in a real browser and in another time zone?"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from kapsched.exchange.documents import to_document
from kapsched.model.bookings import Booking
from kapsched.model.plan import Schedule
from tests import calendar_stories as stories
from tests.fences import ROOT

PAGE = ROOT / "examples" / "week-page"
LIBRARY = PAGE / "node_modules" / "@event-calendar"
HOW_TO = ROOT / "docs" / "how-to" / "week-on-a-page.md"
DRIVER, BROWSER = shutil.which("chromedriver"), shutil.which("chromium")
# The clocks go forward on the Sunday before it, and the third dose is on the Tuesday.
WEEK = "2027-03-29"
SECONDS = 20

in_a_browser = pytest.mark.skipif(
    not (DRIVER and BROWSER and LIBRARY.is_dir()),
    reason="wants chromium, chromedriver, and `npm install` in examples/week-page",
)


def schedule() -> Schedule:
    """Two courses: one visit confirmed, one cancelled, and a course whose id is no markup."""
    first = stories.with_status(
        stories.plan(stories.course("c1", "q1")), "induction/integration/3", "cancelled"
    )
    second = stories.plan(stories.course("<b>c2</b>", "q2"), hour=13)
    return stories.schedule([first, stories.with_status(second, "induction/dosing/3", "confirmed")])


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name that it overrides
        """Nothing: what is asked for is nobody's business."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the page and its document are served, on this machine alone."""
    folder = tmp_path_factory.mktemp("page") / "site"
    shutil.copytree(PAGE, folder)
    (folder / "schedule.json").write_text(to_document(schedule()), encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/index.html?date={WEEK}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Any]:
    """A browser that shows the page, on the clocks of Los Angeles."""
    from selenium import webdriver  # noqa: PLC0415  # only where there is a browser
    from selenium.webdriver.chrome.service import Service  # noqa: PLC0415

    options = webdriver.ChromeOptions()
    options.binary_location = str(BROWSER)
    for option in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1400,900"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = Service(str(DRIVER), env={**os.environ, "TZ": "America/Los_Angeles"})
    driver = webdriver.Chrome(options=options, service=service)
    try:
        driver.get(address)
        waited(driver, "return document.querySelectorAll('.ec-event').length > 0")
        yield driver
    finally:
        driver.quit()


def waited(driver: Any, script: str) -> None:
    """Until the page says so."""
    from selenium.webdriver.support.ui import WebDriverWait  # noqa: PLC0415

    WebDriverWait(driver, SECONDS).until(lambda one: one.execute_script(script))


def bars(driver: Any) -> list[tuple[str, str]]:
    """What each bar is and says aloud."""
    script = "return [...document.querySelectorAll('.ec-event')].map(e => [e.dataset.id, e.getAttribute('aria-label')])"
    return sorted((id, label) for id, label in driver.execute_script(script))


def of_the_week(type: str) -> list[tuple[str, str]]:
    """The same by the schedule: a bar for each booking, and one for what goes on after the patient has left."""
    found: list[tuple[str, str]] = []
    for plan in schedule().plans:
        for one in plan.appointments:
            if one.status == "cancelled" or f"{one.start:%G-%V}" != f"{datetime.fromisoformat(WEEK):%G-%V}":
                continue
            local = f"{one.start:%Y-%m-%d %H:%M}–{one.end:%H:%M}"
            for row in (row for row in one.bookings if row.type == type):
                role = f", {row.role}" if row.role else ""
                told = f"{one.kind}, course {plan.course.id}: {local}, {one.status}; {row.resource}{role}"
                found += [(id, told) for id in ids(f"{plan.course.id}:{one.session}", row, one.end)]
    return sorted(found)


def ids(appointment: str, row: Booking, leaves: datetime) -> Iterator[str]:
    start = row.start.astimezone(stories.LONDON).isoformat()
    yield f"{appointment} {row.resource} {start}"
    if row.end > leaves:
        yield f"{appointment} {row.resource} {start} after"


@in_a_browser
def test_the_page_shows_every_visit_of_the_week_in_its_room_on_the_clinic_s_clocks(browser: Any) -> None:
    assert (
        browser.execute_script("return Intl.DateTimeFormat().resolvedOptions().timeZone")
        == "America/Los_Angeles"
    )
    assert bars(browser) == of_the_week("room") != []
    times = [one.text.split()[0] for one in browser.find_elements("css selector", ".ec-event.confirmed")]
    assert times == ["13:00"]


@in_a_browser
def test_an_id_that_looks_like_markup_is_shown_as_it_is(browser: Any) -> None:
    assert any("<b>c2</b>" in label for _, label in bars(browser))
    assert browser.execute_script("return document.querySelectorAll('main b').length") == 0


@in_a_browser
def test_staff_a_visit_and_the_next_week_are_a_click_away(browser: Any) -> None:
    browser.find_element("css selector", "[value=staff]").click()
    waited(
        browser,
        "return [...document.querySelectorAll('.ec-event')].some(e => e.dataset.id.includes('imran'))",
    )
    assert bars(browser) == of_the_week("staff")
    bar = browser.find_element("css selector", ".ec-event.confirmed")
    browser.execute_script("arguments[0].scrollIntoView({inline: 'center'})", bar)
    bar.click()
    assert browser.find_element("id", "chosen").text == bar.get_attribute("aria-label")
    browser.find_element("css selector", ".ec-next").click()
    waited(browser, "return document.querySelectorAll('.ec-event').length === 0")
    browser.find_element("css selector", ".ec-prev").click()
    browser.find_element("css selector", "[value=room]").click()
    waited(
        browser,
        "return [...document.querySelectorAll('.ec-event')].some(e => e.dataset.id.includes('ketamine'))",
    )


@in_a_browser
def test_the_page_asks_nobody_else_and_complains_of_nothing(browser: Any, address: str) -> None:
    assert browser.get_log("browser") == []
    asked = {
        url
        for entry in browser.get_log("performance")
        for url in re.findall(r'"Network\.requestWillBeSent".*?"url":"([^"]*)"', entry["message"])
    }
    assert {one for one in asked if not one.startswith((address.partition("/index")[0], "data:"))} == set()


def test_the_how_to_shows_the_page_s_own_files() -> None:
    text = HOW_TO.read_text(encoding="utf-8")
    for language, file in (("js", "week.js"), ("html", "index.html"), ("json", "package.json")):
        assert f"```{language}\n{Path(PAGE / file).read_text(encoding='utf-8')}```" in text
