"""Three provinces to print from, each built once a file and in use for one test at a time: printing changes nothing but
the register of what was issued.

demo   the demo province, made for today
empty  one pilot that nobody has reported anything about
told   a pilot of which every figure is known beforehand, at a moment that never changes
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from accounts.permissions import Actor
from tests.conftest import NOTHING_MISSING
from tests.pilots.support import running
from tests.printing import steady
from tests.printing.printed import Print, Printed, of_demo
from tests.support import cast as people
from tests.support import databases

Factory = pytest.TempPathFactory


@pytest.fixture(autouse=True, scope="package")
def _poppler() -> None:
    if shutil.which("pdftoppm") is None:
        (pytest.fail if NOTHING_MISSING else pytest.skip)("needs poppler (Debian: poppler-utils)")


@dataclass(frozen=True)
class Province:
    folder: Path
    people: dict[str, Actor]

    @classmethod
    def copied(cls, template: Path, factory: Factory, build: Callable[[], dict[str, Actor]]) -> Province:
        bare = cls(factory.mktemp("printing"), {})
        shutil.copyfile(template, bare.folder / "zhiping.db")
        with bare.used():
            return cls(bare.folder, build())

    def used(self) -> AbstractContextManager[None]:
        return databases.using(self.folder, databases.sqlite_url(self.folder / "zhiping.db"))


@pytest.fixture(scope="module")
def demo_province(demo_template: Path, tmp_path_factory: Factory) -> Province:
    return Province.copied(demo_template, tmp_path_factory, people.assemble_demo)


@pytest.fixture(scope="module")
def empty_province(sqlite_template: Path, tmp_path_factory: Factory) -> Province:
    def build() -> dict[str, Actor]:
        cast = people.assemble()
        running(cast)
        return cast.everybody()

    return Province.copied(sqlite_template, tmp_path_factory, build)


@pytest.fixture
def demo(demo_province: Province) -> Iterator[dict[str, Actor]]:
    with demo_province.used():
        yield demo_province.people


@pytest.fixture
def empty(empty_province: Province) -> Iterator[dict[str, Actor]]:
    with empty_province.used():
        yield empty_province.people


@pytest.fixture(scope="module")
def _kept(demo_province: Province) -> Print:
    return of_demo(demo_province.people)


@pytest.fixture
def printed(demo: dict[str, Actor], _kept: Print) -> Print:
    return _kept


@pytest.fixture(scope="module")
def told(sqlite_template: Path, tmp_path_factory: Factory) -> dict[str, Printed]:
    """Its reports, printed."""
    found: dict[str, Printed] = {}

    def build() -> dict[str, Actor]:
        cast = people.assemble()
        found.update(steady.told(cast))
        return cast.everybody()

    Province.copied(sqlite_template, tmp_path_factory, build)
    return found
