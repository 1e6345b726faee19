"""Lists kept by the first schema become trees of three kinds, with nothing lost."""

from __future__ import annotations

from db import upgrade
from db.engine import engine
from scenarios import duty_queries
from tests.support import Cast


def test_an_older_list_keeps_its_rows(database: str, cast: Cast, draft: int) -> None:
    before = duty_queries.duty_list(cast.li_staff, draft)
    # Back to the schema that knew no kinds: what stands below what is all that is left of them.
    upgrade.downgrade(engine(), "0005")
    upgrade.upgrade()
    after = duty_queries.duty_list(cast.li_staff, draft)
    assert before is not None
    assert after is not None
    kept = [(n.id, n.kind, n.number, n.path, n.content) for n in before.nodes]
    assert len(kept) == 3
    assert [(n.id, n.kind, n.number, n.path, n.content) for n in after.nodes] == kept
    assert upgrade.differences() == []
