"""发达/欠发达对比 as files: a workbook and a report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import NotFound
from core.tabular import Block, write_xlsx
from core.words import Arm
from db import facts, issuing
from metrics import gap_queries as queries
from metrics import gap_wording as wording
from metrics.gap_wording import Comparison
from reports.kit import Report

_LAYOUT = 1  # part of the inputs: another layout is another document


def workbook(
    actor: Actor, collection_id: int, code: str, arm: Arm | None = None, listing: str = queries.CURRENT
) -> bytes:
    """Every period of one indicator, and how the list changed."""
    found = queries.comparison(actor, collection_id, code, arm, listing)
    if found is None:
        raise NotFound("没有找到这个指标。", "请重新选择。")
    frame = wording.rows(found)
    blocks = [
        Block(found.indicator.name, list(frame.columns), frame.to_numpy().tolist()),
        Block(
            "名单变动",
            ["生效日期", "调整前", "调整后", "调入", "调出"],
            [
                [item.day, item.before, item.after, "、".join(item.joined), "、".join(item.left)]
                for item in found.panel.changes
            ],
        ),
        Block(
            "说明",
            ["内容"],
            [[wording.sentence(found)], [wording.trend_sentence(found)], [wording.method(found.indicator)]],
        ),
    ]
    return write_xlsx(blocks, made_at=clock.now())


def report(actor: Actor, collection_id: int, arm: Arm | None = None, listing: str = queries.CURRENT) -> bytes:
    """发达/欠发达对比报告 as PDF: every indicator of the collection, each with its sentence, pictures and table.
    While the figures stand still, printing again gives the same number and the same bytes."""
    require(actor, Permission.REPORT_ISSUE)
    codes = [item.code for item in queries.choices(actor) if item.collection_id == collection_id]
    found = [item for code in codes if (item := queries.comparison(actor, collection_id, code, arm, listing))]
    if not found:
        raise NotFound("没有找到这项报送。", "请重新选择。")
    issued = issuing.issue(
        actor.account_id,
        kind=f"gap:{arm.value if arm else 'all'}:{listing}",  # another cut is not a restatement of this one
        mark="DB",
        entity="collection",
        subject_id=collection_id,
        title=f"发达地区与山区海岛县对比报告　{found[0].panel.collection}",
        inputs=_inputs(actor, found),
        lines={
            f"{item.indicator.name}：{label}": f"{value}　{note}".strip()
            for item in found
            for label, value, note in wording.key_figures(item)
        },
    )
    paper = Report(
        title="发达地区与山区海岛县对比报告",
        subtitle=found[0].panel.collection,
        organisation=actor.organisation,
        number=issued.number,
        digest=issued.digest,
        check=issued.check,
        as_of=issued.as_of,
        demo=facts.is_demo(),
    )
    paper.heading("主要情况")
    for item in found:
        paper.text(f"{item.indicator.name}：{wording.sentence(item)}{wording.trend_sentence(item)}")
    for item in found:
        _chapter(paper, item)
    paper.heading("计算方法")
    paper.text(wording.method(found[0].indicator))
    changes = found[0].panel.changes
    if changes:
        paper.table(
            ["生效日期", "名单", "调入", "调出"],
            [
                [str(item.day), item.words, "、".join(item.joined) or "–", "、".join(item.left) or "–"]
                for item in changes
            ],
            caption="名单的历次调整",
        )
    paper.restated(issued.restates, [(line.label, line.before, line.after) for line in issued.changes])
    return paper.bytes()


def _inputs(actor: Actor, found: Sequence[Comparison]) -> dict[str, Any]:
    """Everything that is printed, except when it was printed."""
    return {
        "layout": _LAYOUT,
        "organisation": actor.organisation,
        "collection": found[0].panel.collection,
        "changes": [[str(item.day), item.words, list(item.joined), list(item.left)] for item in found[0].panel.changes],
        "indicators": [
            [
                item.indicator.code,
                item.indicator.version,
                wording.sentence(item),
                wording.trend_sentence(item),
                wording.key_figures(item),
                wording.rows(item).astype(str).to_numpy().tolist(),
            ]
            for item in found
        ],
    }


def _chapter(paper: Report, found: Comparison) -> None:
    paper.heading(found.indicator.name)
    if found.now is not None:
        paper.figures(wording.key_figures(found))
    paper.chart(wording.groups_picture(found), "两类地区各期水平（空心点为不完整，竖线为名单调整）")
    paper.chart(wording.gap_picture(found), "差距及其95%区间")
    frame = wording.rows(found).iloc[:, :6].head(13)
    paper.table(list(frame.columns), frame.to_numpy().tolist(), caption="最近13期")
