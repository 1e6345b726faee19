"""Making an installation ready: schema, reference data, the demo province, fonts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from accounts.permissions import OPERATOR
from core import logs
from core.errors import AppError
from core.lock import exclusive
from core.settings import settings
from db import engine, facts, upgrade
from db.session import read, write
from metrics import catalogue, rollups  # noqa: F401  rollups listen for changed groups
from metrics.feed import api
from panels import defaults
from printing import kept
from regions import service as regions
from scenarios import indexing
from workbench.pages import open_pages

Say = Callable[[str], None]

# What machines deliver to; `web.asgi` puts it beside the pages.
DOORS = api.ROUTES
# What everybody may read without signing in.
PUBLIC = open_pages.ROUTES


def silent(_: str) -> None:
    """Progress that nobody reads."""


def prepare(say: Say = silent) -> None:
    """Bring the installation to a state in which it can serve; a second call finds nothing to do.

    A new embedded installation gets the demo province unless ZHIPING_DEMO=0. A build that was
    interrupted is thrown away and made again: until it is complete nobody can have entered anything.
    """
    # Two processes started together must not both build.
    with exclusive(settings().data_dir / "start.lock"):
        if _half_built():
            say("上次的演示数据没有生成完，重新生成。")
            wipe()
        fresh = upgrade.current() == ""
        upgrade.ensure()
        indexing.write_missing_keys()
        if fresh:
            wanted = settings().demo
            furnish(say, demo=settings().embedded if wanted is None else wanted)


def serve() -> None:
    """What the server does before it answers: prepare, and load what the first visitor would wait for."""
    logs.configure()
    prepare()
    import pypinyin  # noqa: F401
    import scipy.stats  # noqa: F401
    import sklearn.feature_extraction.text  # noqa: F401

    import pilots.report  # noqa: F401  pandas, altair, reportlab and every room below
    from reports import typefaces

    typefaces.register()


def furnish(say: Say, *, demo: bool) -> None:
    """Reference data for a new installation and, if wanted, the demo province."""
    if demo:
        with write() as session:
            facts.put(session, "demo", "building")
    say("载入行政区划、地区类型、指标口径与评分标准……")
    regions.load(OPERATOR, "浙江省")
    catalogue.load()
    defaults.load()
    if demo:
        from demo import build  # a thousand lines that only a demo needs

        build.province(say)
        with write() as session:
            facts.put(session, "demo", "1")


def wipe() -> None:
    """Remove the embedded database and its files. Refuses a shared database."""
    if not settings().embedded:
        raise AppError("共享数据库不能清空。", "请由数据库管理员处理。")
    path = engine.engine().url.database
    engine.reset()
    if path:
        for suffix in ("", "-wal", "-shm"):
            Path(path + suffix).unlink(missing_ok=True)
    kept.clear_all()


def _half_built() -> bool:
    if not settings().embedded or not upgrade.current():
        return False
    with read() as session:
        return facts.get(session, "demo") == "building"
