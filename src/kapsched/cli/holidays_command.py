"""On which days is nobody there? The command `holidays`: lines for a clinic's file, of a country's or a feed's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType

import click

from kapsched.cli.exit_codes import FEW_EXIT_CODES
from kapsched.cli.screen import tell
from kapsched.errors import FIRST_YEAR, LAST_YEAR, InvalidInput
from kapsched.exchange.foreign.ics_holidays import read_holidays
from kapsched.exchange.holiday_lines import holiday_lines, tables_of_holidays
from kapsched.exchange.shown import meant

A_PATH = click.Path(path_type=Path)
A_YEAR = click.IntRange(FIRST_YEAR, LAST_YEAR)
CLINIC = "clinic.toml"


@click.command(epilog=FEW_EXIT_CODES, short_help="Print holidays as lines for a clinic's file.")
@click.argument("whose", metavar="COUNTRY|FILE.ics")
@click.argument("years", metavar="YEAR...", nargs=-1, required=True, type=A_YEAR)
@click.option(
    "--language",
    metavar="TAG",
    help="The language of a country's names, such as de.  [default: English, or else the country's own]",
)
@click.option(
    "--clinic",
    "folder",
    metavar="DIR",
    type=A_PATH,
    help="Note what the file of the clinic in DIR has already.",
)
def holidays(whose: str, *, years: tuple[int, ...], language: str | None, folder: Path | None) -> None:
    """Print the public holidays of a COUNTRY, or those of a feed, as lines to be copied into a clinic's file.

    COUNTRY is a code of ISO 3166, with that of a part of it after a hyphen, such as GB-ENG.
    """
    chosen = tuple(sorted(set(years)))
    if whose.lower().endswith(".ics"):
        name, days, note = _of_a_feed(Path(whose), chosen, language)
    else:
        name, days, note = _of_a_country(whose, chosen, language)
    without = [year for year in chosen if year not in {day.year for day in days}]
    if len(without) == len(chosen):
        raise InvalidInput(f"there is no holiday in {_listed(chosen)}", path=whose)
    lines = holiday_lines(days, name=name, note=f"{note}, {_listed(chosen)}")
    notes = [f"there is no holiday in {year}" for year in without]
    notes += _there(folder / CLINIC if folder.is_dir() else folder, name, days) if folder else ()
    for one in notes:
        tell(f"note: {one}", aside=True)
    click.echo(lines, nl=False)


def _listed(years: tuple[int, ...]) -> str:
    return ", ".join(map(str, years))


def _of_a_feed(
    path: Path, years: tuple[int, ...], language: str | None
) -> tuple[str, Mapping[date, str], str]:
    """The name of the table, the names by date, and where they come from."""
    if language is not None:
        raise InvalidInput("a feed has its names in one language; leave it out", path="--language")
    try:
        found = read_holidays(path.read_bytes(), years=years)
    except InvalidInput as error:
        raise InvalidInput(*(fault._replace(source=path.name) for fault in error.faults)) from None
    for fault in found.unread:
        tell(f"note: {fault._replace(source=path.name)}", aside=True)
    return path.stem, found.days, f"Copied from {path.name}"


def _of_a_country(
    code: str, years: tuple[int, ...], language: str | None
) -> tuple[str, Mapping[date, str], str]:
    """As of a feed."""
    package = _package()
    country, part = _known(package, code)
    found = package.country_holidays(country, subdiv=part or None, years=())
    tongue = _spoken(found.supported_languages, found.default_language or "", language)
    days = package.country_holidays(country, subdiv=part or None, years=years, language=tongue, expand=False)
    name = f"{country}-{part}" if part else country
    version = f"the package holidays {package.__version__}"
    return name, days, f"Copied from {version}{f' in {tongue}' if tongue else ''}: {name}"


def _package() -> ModuleType:
    try:
        import holidays  # noqa: PLC0415  # an extra, and slow to import
    except ModuleNotFoundError as error:
        if error.name != "holidays":
            raise
        raise InvalidInput(
            "the holidays of a country need holidays; install it with: pip install 'kapsched[cli,holidays]'"
        ) from None
    return holidays


def _known(package: ModuleType, code: str) -> tuple[str, str]:
    """The codes of the country and of the part of it that are meant, as the package has them."""
    countries: dict[str, list[str]] = package.list_supported_countries(include_aliases=True)
    country, _, part = code.partition("-")
    if country.upper() not in countries:
        close = ", ".join(sorted(get_close_matches(country.upper(), countries, n=5, cutoff=0.5)))
        near = f"; near are {close}" if close else ""
        raise InvalidInput(
            f"there are no holidays of {code!r}; a code of ISO 3166 is wanted, such as GB or GB-ENG{near}",
            path="COUNTRY",
        )
    parts = {one.upper(): one for one in countries[country.upper()]}
    if (part or "-" in code) and part.upper() not in parts:
        raise InvalidInput(
            f"there are no holidays of {part!r} in {country.upper()}{meant(part.upper(), parts.values())}",
            path="COUNTRY",
        )
    return country.upper(), parts[part.upper()] if part else ""


def _spoken(known: tuple[str, ...], own: str, said: str | None) -> str | None:
    """The language of names among those that are known: what was said, or English, or the country's own."""
    if said is None:
        english = [own] if own.startswith("en") else [one for one in ("en_GB", "en_US") if one in known]
        return (english or [own])[0] or None
    tags = {one.replace("_", "-").lower(): one for one in known}
    asked = said.replace("_", "-").lower()
    found = (
        [tags[asked]] if asked in tags else [one for tag, one in tags.items() if tag.split("-")[0] == asked]
    )
    if not found:
        raise InvalidInput(f"the names are not known in {said!r}{meant(said, known)}", path="--language")
    return own if own in found else found[0]


def _there(path: Path, name: str, days: Mapping[date, str]) -> Iterator[str]:
    """Of what is to be pasted, what the clinic's file has already."""
    for table, dates in tables_of_holidays(path).items():
        twice = [day for day in map(str, sorted(days)) if day in dates]
        if table == name:
            but = f", and without {', '.join(twice)}" if twice else ""
            yield f"{path.name} has holidays.{name} already; paste beneath it, without the head{but}"
        elif twice:
            yield f"{path.name} has of these dates already, in holidays.{table}: {', '.join(twice)}"
