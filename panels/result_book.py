"""A result as tables: what the page shows, the workbook holds, the report prints and the hash covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from core import clock
from core.numbers import MISSING, format_number, round_half_up
from core.words import EntryState, MemberRole, PanelRule, RecusalState
from panels.health import JudgeHealth
from panels.outcome import Line, key_name
from panels.result_queries import ResultView
from panels.rubric import HUNDRED, Rubric, points
from panels.scores import FEWEST_TO_DROP
from panels.sensitivity import Variant

LAYOUT = 2  # part of what is hashed: another layout is another document


@dataclass(frozen=True)
class Sheet:
    """A table with its heading: cells are text, whole numbers, floats or None."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def shown(score: Fraction | None, places: int = 2) -> str:
    """A score as it is printed: rounded half up; places are decided on the exact one."""
    return MISSING if score is None else format_number(score, places)


def interval(line: Line) -> str:
    """第 4 名 (3–7), as METHODS §1 writes it."""
    if line.rank is None:
        return "无有效结果"
    tied = "并列" if line.tied > 1 else ""
    span = f"（{line.low}–{line.high}）" if line.low and line.high and line.high > line.low else ""
    return f"{tied}第 {line.rank} 名{span}"


def deciding(view: ResultView, line: Line) -> str:
    """Which key decided an entry's place, in words."""
    if line.rank is None or not view.placed:
        return MISSING
    if line.decided_by:
        return f"同分，按{key_name(view.review.rubric, view.review.tie_keys[line.decided_by - 1])}"
    return "得分" if line.tied == 1 else "同分并列"


def places(view: ResultView) -> Sheet:
    keys = tuple(key_name(view.review.rubric, name) for name in view.review.tie_keys)
    rows = [
        (
            line.rank if view.placed else None,
            view.names[line.entry].code,
            view.names[line.entry].title,
            view.names[line.entry].whose,
            shown(line.score),
            _standing(view, line),
            len(line.given),
            deciding(view, line),
            *(shown(value) for value in line.keys),
        )
        for line in view.lines
    ]
    rows += [
        (None, view.names[entry].code, view.names[entry].title, None, None, "回避", *[None] * (2 + len(keys)))
        for entry in view.hidden
    ]
    rows += [
        (
            None,
            name.code,
            name.title,
            name.whose,
            None,
            f"{name.state.label}：{name.state_reason}",
            *[None] * (2 + len(keys)),
        )
        for name in view.names.values()
        if name.state is not EntryState.ACTIVE and name.id not in view.review.standing.viewer.blocked
    ]
    return Sheet(
        "评审结果",
        ("名次", "编号", "项目", "申报单位", "得分", "说明", "有效评分", "名次依据", *keys),
        tuple(rows),
    )


def _standing(view: ResultView, line: Line) -> str:
    if line.rank is None:
        return f"无有效结果：有效评分 {len(line.given)} 份，少于 {view.review.quorum} 份"
    notes = []
    if line.at_cut and view.placed:
        notes.append("同分在名额界线上")
    elif line.chosen and view.placed:
        notes.append("入选")
    if line.few:
        notes.append(f"有效评分不足 {FEWEST_TO_DROP} 份，未去掉最高最低分")
    if view.stale.get(line.entry):
        notes.append(f"{view.stale[line.entry]} 份评的是旧版材料")
    return "；".join(notes)


def certainty(view: ResultView) -> Sheet:
    """Beside the official result, never instead of it."""
    return Sheet(
        "把握程度",
        ("编号", "项目", "名次及可能范围", "得分", "平均分", "中位数", "校正宽严后", "最高与最低相差", "提示"),
        tuple(
            (
                view.names[line.entry].code,
                view.names[line.entry].title,
                interval(line) if view.placed or line.rank is None else MISSING,
                shown(line.score),
                shown(line.mean),
                shown(line.median),
                format_number(line.adjusted, 2),
                shown(line.spread),
                "分歧大" if line.disagrees else "",
            )
            for line in view.lines
        ),
    )


def marks(view: ResultView) -> Sheet:
    """Every sheet that counts, criterion by criterion; those the rule left out are marked."""
    seen = {line.entry: line for line in view.lines}
    criteria = view.review.rubric.criteria
    rows = []
    for sheet in view.case.sheets:
        line = seen.get(sheet.entry)
        if line is None:
            continue
        given = next(item for item in line.given if item.judge == sheet.judge)
        rows.append(
            (
                view.names[sheet.entry].code,
                view.names[sheet.entry].title,
                view.judges[sheet.judge],
                *(points(sheet.marks[criterion.code]) for criterion in criteria),
                shown(given.score),
                "计入" if given.used or view.review.rule.value == "median" else "去掉",
            )
        )
    return Sheet(
        "各评委评分",
        ("编号", "项目", "评委", *(criterion.name for criterion in criteria), "得分", "是否计入"),
        tuple(rows),
    )


def panel(view: ResultView) -> Sheet:
    return Sheet(
        "评委宽严",
        ("评委", "有效评分", "宽严（分）", "去掉后名次最大变动", "提示"),
        tuple(
            (
                view.judges[judge.judge],
                judge.sheets,
                format_number(judge.leniency, 1, signed=True),
                judge.without.moved if judge.without else None,
                "；".join(judge.notes),
            )
            for judge in _judges(view)
        ),
    )


def _judges(view: ResultView) -> list[JudgeHealth]:
    """The judges' card; without what it says of places where they may not be said."""
    return [judge if view.placed else replace(judge, without=None) for judge in view.health.judges]


def sensitivity(view: ResultView) -> Sheet:
    """Would the first places be others? Entries to step aside from are not named."""
    return Sheet(
        "换一种算法",
        ("换成", f"前 {view.outcome.first} 名是否变化", "进入", "退出", "名次最大变动"),
        tuple(
            (
                variant_name(view, variant),
                "变化，需要合议" if variant.changes else "不变",
                "、".join(view.entry(entry) for entry in variant.come),
                "、".join(view.entry(entry) for entry in variant.gone),
                variant.moved,
            )
            for variant in (view.variants if view.placed else ())
        ),
    )


def variant_name(view: ResultView, variant: Variant) -> str:
    return f"不计{view.judges[variant.judge]}的评分" if variant.judge is not None else variant.name


def fairness(view: ResultView) -> Sheet:
    """公正性说明 as rows: what was announced, who stepped aside, what was changed, and by whom."""
    review = view.review
    keys = "、".join(key_name(review.rubric, name) for name in review.tie_keys) or "无，同分并列"
    rows: list[tuple[str, str]] = [
        (
            "评分标准",
            f"{review.rubric_name}（第 {review.rubric_number} 版），校验码 {review.rubric_digest or '未冻结'}",
        ),
        ("评分项和权重", _weights(review.rubric)),
        ("计分规则", _rule(view)),
        ("规则校验码", review.rule_digest or "未冻结"),
        ("同分比较", keys),
        ("入选名额", f"{review.places} 个" if review.places else "不设"),
        (
            "评分时间",
            f"北京时间 {clock.show(review.opens_at)} 起，{clock.show(review.closes_at)} 前"
            + (f"，宽限至 {clock.show(review.grace_until)} 前" if review.grace_until else ""),
        ),
        ("有效评分", f"{view.outcome.sheets} 份"),
        ("评委一致程度", view.health.agreement.sentence),
    ]
    if not view.review.standing.viewer.judges:
        rows += _of_panel(view)
    rows += [
        (
            f"更正评分　{view.names[item.entry_id].code}",
            f"{item.judge}的评分表经{item.asked_by}申请、{item.decided_by}同意解锁后更正。理由：{item.reason}",
        )
        for item in view.corrections
    ]
    rows += [
        (
            f"合议　{view.names[item.entry_id].code}",
            f"{item.outcome.label}。{item.discussion}（{item.by}记录，参加：{'、'.join(item.present)}）"
            + (f"保留意见：{item.dissent}" if item.dissent else ""),
        )
        for item in view.moderations
    ]
    return Sheet("公正性说明", ("项目", "内容"), tuple(rows))


def _weights(rubric: Rubric) -> str:
    """What lets a reader work out a sheet's score from its marks."""
    weights = "、".join(f"{item.name} {points(item.weight)}%" for item in rubric.criteria)
    if all((item.low, item.high) == (0, HUNDRED) for item in rubric.criteria):
        return f"{weights}。一份评分的得分是各项分数乘以权重之和"
    scales = "、".join(f"{item.name} {points(item.low)} 至 {points(item.high)} 分" for item in rubric.criteria)
    return f"{weights}。一份评分的得分是各项分数按其分值换算成百分制后乘以权重之和；分值为{scales}"


def _rule(view: ResultView) -> str:
    rule, quorum = view.review.rule, view.review.quorum
    few = f"（有效评分不足 {FEWEST_TO_DROP} 份的项目不去，直接平均）" if rule is PanelRule.DROP_EXTREMES else ""
    return f"{rule.label}{few}；有效评分少于 {quorum} 份的没有有效结果"


def _of_panel(view: ResultView) -> list[tuple[str, str]]:
    rows = []
    counting = [member for member in view.members if member.left_at is None and member.role.counts]
    rows.append(("评审组", f"{len(counting)} 人：" + "、".join(member.name for member in counting)))
    if shadows := [m.name for m in view.members if m.role is MemberRole.SHADOW and m.left_at is None]:
        rows.append(("见习评委", "、".join(shadows) + "（评分不计入任何结果）"))
    for member in view.members:
        if member.left_at is not None:
            came = next((other.name for other in view.members if other.replaces == member.name), "")
            then = f"，由{came}重新评分" if came else ""
            rows.append(("更换评委", f"{member.name}离开，已评的分数作废{then}。理由：{member.left_reason}"))
    seen = {member.account_id for member in view.members}
    aside = [item for item in view.recusals if item.state is RecusalState.CONFIRMED and item.account_id in seen]
    rows += [
        (f"回避　{item.entry.split(' ')[0]}", f"{item.person}：{item.kind.label}（{item.decided_by}认定）")
        for item in aside
    ]
    if not aside:
        rows.append(("回避", "没有评委需要回避"))
    return rows


def sheets(view: ResultView) -> list[Sheet]:
    """Everything, in the order in which it is read."""
    return [places(view), fairness(view), certainty(view), sensitivity(view), panel(view), marks(view)]


def body(view: ResultView) -> dict[str, Any]:
    """What is kept of a result and hashed: its lines for rooms above, and its tables as they are printed."""
    review = view.review
    return {
        "layout": LAYOUT,
        "review": {"code": review.code, "name": review.name, "rule_digest": review.rule_digest},
        "lines": [
            {
                "entry": line.entry,
                "code": view.names[line.entry].code,
                "title": view.names[line.entry].title,
                "score": None if line.score is None else f"{line.score.numerator}/{line.score.denominator}",
                "shown": shown(line.score),
                "rank": line.rank,
                "tied": line.tied,
                "chosen": line.chosen,
                "at_cut": line.at_cut,
            }
            for line in view.lines
        ],
        "tables": [
            {"name": sheet.name, "columns": list(sheet.columns), "rows": [list(row) for row in sheet.rows]}
            for sheet in sheets(view)
        ],
        "summary": summary(view),
    }


def summary(view: ResultView) -> list[str]:
    """The result in sentences."""
    ranked = [line for line in view.outcome.lines if line.rank is not None]
    changing = [variant for variant in view.variants if variant.changes]
    said = [
        f"共 {len(view.case.entries)} 个项目参评，{len(ranked)} 个有有效结果，按“{view.review.rule.label}”计分。",
        view.health.agreement.sentence,
    ]
    if not view.placed:
        return [*said, "有您应当回避的项目，不显示名次，以免从空缺看出它排第几。"] if view.hidden else said
    if view.outcome.at_cut:
        names = "、".join(view.entry(line.entry) for line in view.outcome.at_cut)
        said.append(f"{names} 同分，名额界线正好在其中，由合议决定。")
    if changing:
        said.append(f"换一种算法前 {view.outcome.first} 名会变的有 {len(changing)} 种，需要合议。")
    elif view.variants:
        said.append(f"换计分规则、权重增减 5 个百分点、去掉任何一位评委，前 {view.outcome.first} 名都不变。")
    return said


def tables_of(kept: Mapping[str, Any]) -> Sequence[Sheet]:
    """The tables of a result that was kept."""
    return [
        Sheet(item["name"], tuple(item["columns"]), tuple(tuple(row) for row in item["rows"]))
        for item in kept["tables"]
    ]


def as_number(text: object) -> object:
    """A printed number as a number, for workbooks; other text as it is."""
    if isinstance(text, str) and text and text.replace(".", "", 1).replace("-", "", 1).replace("+", "", 1).isdecimal():
        return round_half_up(text, len(text.partition(".")[2]))
    return text
