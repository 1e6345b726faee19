"""Commands about what the public is shown of scenarios: release one as it was previewed, withdraw it."""

from __future__ import annotations

from accounts.permissions import Actor, Permission, require
from core.errors import Conflict, WrongState
from db import audit
from db.session import write
from db.tables import ScenarioRelease
from pilots import freezing, publishing, scenario_release_queries


def release(actor: Actor, scenario_id: int, *, seen_digest: str) -> int:
    """Show a scenario to everybody, as a frozen copy of what the preview showed (`seen_digest` is its hash); refused
    when that has changed since, or is shown already. What was shown before is replaced."""
    require(actor, Permission.SCENARIO_RELEASE)
    with write() as session:
        content = scenario_release_queries.gather(session, scenario_id)
        if freezing.digest(content) != seen_digest:
            raise Conflict("您预览之后，要公布的内容又有变化。", "请刷新页面，重新预览后再公布。")
        shown = publishing.current(session, ScenarioRelease, scenario_id)
        if shown is not None and shown.digest == seen_digest:
            raise WrongState("公众看到的已经是这些内容。", "内容有变化后可以更新公布。")
        row = ScenarioRelease(scenario_id=scenario_id, **publishing.frozen(actor, content))
        session.add(row)
        session.flush()
        said = {"scenario": scenario_id, "version": content["version"], "digest": seen_digest}
        audit.record(session, actor.account_id, "scenario:show", "scenario_release", row.id, said)
        return row.id or 0


def withdraw(actor: Actor, release_id: int, reason: str, *, seen_version: int) -> None:
    """Take a scenario, and all that was shown of it before, from the public; the reason is kept."""
    require(actor, Permission.SCENARIO_RELEASE)
    with write() as session:
        reason = publishing.withdraw(session, actor, ScenarioRelease, release_id, reason, seen_version)
        audit.record(session, actor.account_id, "scenario:withdraw", "scenario_release", release_id, {}, reason)
