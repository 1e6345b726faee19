"""发达/欠发达对比 as files: a workbook and a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.permissions import Actor, Permission
from core import clock
from core.errors import NotFound
from core.tabular import Block, write_xlsx
from core.words import Arm
from db.issuing import Issue
from metrics import corrected, gap_summary
from metrics import gap_queries as queries
from metrics import gap_wording as wording
from metrics.gap_wording import Comparison
from printing import compared, making
from printing.kinds import Identity, Kind, Subject, record_id
from printing.reasons import Cause, Source
from reports.paper import Face, Paper

_LAYOUT = 5  # part of the inputs: another layout is another document
# Shares of the columns on the one page: figures with their interval, and what to think of them.
_WIDE = (5.9, 6.1, 6.5, 6.5, 8.9, 8.9, 9.2)
_PERIODS = (6.2, 6.8, 6.8, 16.6, 5.7, 6.1)
_HEIGHT = 140  # of a picture: an indicator stands on one page
_COLUMNS = 6  # of the table of periods on paper; the workbook has all
_USUAL = f"all:{queries.CURRENT}"
_ASKS = "报送任务编号"


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


@dataclass(frozen=True)
class Gaps:
    """Everything the report prints, read once: every indicator of a collection."""

    collection_id: int
    collection: str
    organisation: str
    cut: str  # which counties, by which list
    found: Sequence[Comparison]


def report(actor: Actor, collection_id: int, arm: Arm | None = None, listing: str = queries.CURRENT) -> bytes:
    """发达/欠发达对比报告 as PDF: every indicator of the collection, each with its sentence, pictures and table.
    While the figures stand still, printing again gives the same number and the same bytes."""
    return making.make(actor, KIND, subject(collection_id, arm, listing)).data


def subject(collection_id: int, arm: Arm | None = None, listing: str = queries.CURRENT) -> str:
    """The ID of a report: the collection, and where it is not the usual one, the cut."""
    cut = f"{arm.value if arm else 'all'}:{listing}"
    return str(collection_id) if cut == _USUAL else f"{collection_id}:{cut}"


def load(actor: Actor, subject: str) -> Gaps:
    given, _, cut = subject.partition(":")
    collection_id, cut = record_id(given, "报送任务编号"), cut or _USUAL
    which, _, listing = cut.partition(":")
    try:
        arm = None if which == "all" else Arm(which)
    except ValueError as error:
        raise NotFound(f"“{subject}”不是{_ASKS}。", "写报送任务编号；只看试点地区时写 编号:pilot:current。") from error
    codes = [item.code for item in queries.choices(actor) if item.collection_id == collection_id]
    found = [item for code in codes if (item := queries.comparison(actor, collection_id, code, arm, listing))]
    if not found:
        raise NotFound(
            "这项报送还没有两类地区的数可以比较，或您无权查看。", "两类地区都有一期数之后可以生成；能生成的见“报告”页。"
        )
    return Gaps(collection_id, found[0].panel.collection, actor.organisation, cut, found)


def _identity(_: Actor, of: Gaps) -> Identity:
    return Identity(
        subject_id=of.collection_id,
        title=f"发达地区与山区海岛县对比报告　{of.collection}",
        inputs=_inputs(of),
        lines=_lines(of),
        cut=of.cut,  # another cut is not a restatement of this one
    )


def _lines(of: Gaps) -> dict[str, str]:
    """The key figures and every period of every indicator, which the next report is compared with."""
    figures = {
        f"{item.indicator.name}：{label}": f"{value}　{note}".strip()
        for item in of.found
        for label, value, note in wording.key_figures(item)
    }
    figures |= {
        f"{item.indicator.name}：基线和目标": "、".join(line.label for line in drawn)
        for item in of.found
        if (drawn := wording.references(item))
    }
    periods = [
        compared.table(item.indicator.name, list(frame.columns), frame.to_numpy().tolist())
        for item in of.found
        for frame in [wording.rows(item).iloc[:, :_COLUMNS]]
    ]
    return compared.together(figures, *periods)


def _why(of: Gaps, since: datetime) -> list[str]:
    """The lines in the pictures are those of everybody, so only those can have changed."""
    common = {item.indicator: [line for line in item.panel.targets if line.region_code is None] for item in of.found}
    return [words for indicator, lines in common.items() for words in corrected.targets(indicator, lines, since)]


def _causes(of: Gaps) -> list[Source]:
    return [
        corrected.values({of.collection_id}),
        corrected.groups(),
        corrected.definitions({item.indicator.id for item in of.found}),
        Cause("collection", {of.collection_id}, {"collection:join", "collection:leave"}),
    ]


def story(paper: Paper, of: Gaps, _: Issue) -> None:
    paper.heading("一页看懂")
    lead, *remember = gap_summary.points(of.found)
    paper.text(lead)
    if remember:
        paper.heading("记住三件事", 2, numbered=False)
        paper.text("\n".join(f"{at}. {words}" for at, words in enumerate(remember, 1)))
    header, rows = gap_summary.overview(of.found)
    paper.table(header, rows, widths=_WIDE, align="llrrlll", caption="各项指标一览")
    paper.note(
        "差距是发达地区减山区海岛县；括号里的区间是考虑偶然波动后差距可能的大小，包含零就还不能说两类地区真有差别。"
        "县数先发达地区、后山区海岛县。",
        title="怎么读",
    )
    paper.page_break()
    for item in of.found:
        _chapter(paper, item)
    paper.heading("各期数据")
    for item in of.found:
        paper.heading(item.indicator.name, 2)
        frame = wording.rows(item) if paper.whole else wording.rows(item).iloc[:, :_COLUMNS].head(13)
        caption = f"{item.indicator.name}各期" + ("" if paper.whole else "（最近13期；已报 / 应报为县数）")
        widths = () if paper.whole else _PERIODS
        paper.table(list(frame.columns), frame.to_numpy().tolist(), widths=widths, caption=caption)
    paper.heading("计算方法")
    paper.text(wording.method(of.found[0].indicator))
    changes = of.found[0].panel.changes
    if changes:
        paper.table(
            ["生效日期", "名单", "调入", "调出"],
            [
                [str(item.day), item.words, "、".join(item.joined) or "–", "、".join(item.left) or "–"]
                for item in changes
            ],
            align="llll",
            caption="名单的历次调整",
        )


def _subjects(actor: Actor) -> list[Subject]:
    known = {item.collection_id: item.collection for item in queries.choices(actor)}
    return [Subject(str(number), name) for number, name in known.items()]


KIND = Kind(
    key="gap",
    name="两类地区对比报告",
    permission=Permission.REPORT_ISSUE,
    mark="DB",
    entity="collection",
    asks=_ASKS,
    load=load,
    identity=_identity,
    face=lambda of: Face("发达地区与山区海岛县对比报告", of.collection, of.organisation),
    story=story,
    label=lambda of: of.collection,
    why=_why,
    causes=_causes,
    subjects=_subjects,
)


def _inputs(of: Gaps) -> dict[str, Any]:
    """Everything that is printed, except when it was printed."""
    found = of.found
    return {
        "layout": _LAYOUT,
        "organisation": of.organisation,
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
                [[line.label, str(line.start), str(line.end)] for line in wording.references(item)],
            ]
            for item in found
        ],
    }


def _chapter(paper: Paper, found: Comparison) -> None:
    paper.heading(found.indicator.name)
    paper.text(wording.sentence(found) + wording.trend_sentence(found))
    if found.now is not None:
        paper.figures(wording.key_figures(found))
    shown = gap_summary.spoken(found)
    paper.chart(wording.groups_picture(found, height=_HEIGHT), f"两类地区各期水平（{shown}{gap_summary.signs(found)}）")
    paper.chart(wording.gap_picture(found).properties(height=_HEIGHT), f"差距及其95%区间（{shown}）")
