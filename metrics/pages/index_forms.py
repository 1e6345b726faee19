"""The tables in which an index system is designed, and how what was typed into them is read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import Invalid
from core.numbers import parse_number
from core.words import Aggregation, Direction
from metrics import composite
from metrics.composite import Criterion, Design, Judgement, ThresholdRule
from metrics.model import Indicator

DIMENSION, DIRECTION, TAKEN = "维度", "方向", "选用"
BEST, TOLERATED = "最优区间", "容许区间"
MARKS = {"full": "满分", "base": "起扣线", "slope": "每差一个单位扣分", "floor": "最低分"}
_RANGE = re.compile(r"(.+?)\s*[~～—–至]\s*(.+)")
_AUTOMATIC = "自动"
_DIRECTIONS = {direction.label: direction for direction in Direction}


def criteria_table(
    indicators: Sequence[Indicator], taken: Sequence[Criterion], aggregation: Aggregation, key: str
) -> pd.DataFrame:
    """Every indicator of the collection with a box to take it; drawn inside a form."""
    known = {criterion.indicator_id: criterion for criterion in taken}
    frame = pd.DataFrame(
        [
            _row(title, indicator, known.get(indicator.id), aggregation)
            for title, indicator in zip(titles(indicators), indicators, strict=True)
        ],
        index=range(len(indicators)),
    )
    if not any(_ranged(indicator, known.get(indicator.id)) for indicator in indicators):
        frame = frame.drop(columns=[BEST, TOLERATED])
    edited: pd.DataFrame = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        width="stretch",
        disabled=["指标"],
        column_config={
            TAKEN: st.column_config.CheckboxColumn(width="small"),
            "指标": st.column_config.TextColumn(width="medium"),
            DIMENSION: st.column_config.TextColumn(help="可不填；下一级用“/”隔开，例如 服务效能/办理。"),
            DIRECTION: st.column_config.SelectboxColumn(options=list(_DIRECTIONS), required=True),
            BEST: st.column_config.TextColumn(help="只用于“在区间内为好”，例如 5~6。"),
            TOLERATED: st.column_config.TextColumn(help="到了边界就得 0 分，例如 2~12。"),
            MARKS["base"]: st.column_config.TextColumn(
                help="按指标单位填，例如百分比填 90。越低越好的指标，超过它才扣分。"
            ),
            MARKS["slope"]: st.column_config.TextColumn(help="例如每低 1 个百分点扣 2 分，填 2。"),
        },
    )
    return edited


def read_criteria(
    edited: pd.DataFrame, indicators: Sequence[Indicator], aggregation: Aggregation
) -> tuple[Criterion, ...]:
    """The rows that were taken. Raises Invalid with everything that cannot be read."""
    found: list[Criterion] = []
    problems: list[str] = []
    for indicator, row in zip(indicators, edited.to_dict("records"), strict=True):
        if not row[TAKEN]:
            continue
        direction = _DIRECTIONS[row[DIRECTION]]
        fields: dict[str, Any] = {}
        if direction is Direction.WITHIN:
            for name, title in (("best", BEST), ("tolerated", TOLERATED)):
                fields[name] = _range(_text(row.get(title)), f"{indicator.code} 的{title}", problems)
        if aggregation is Aggregation.THRESHOLD:
            fields["rule"] = _rule(row, indicator.code, problems)
        found.append(
            Criterion(
                indicator_id=indicator.id,
                code=indicator.code,
                dimension=_text(row[DIMENSION]),
                direction=direction,
                **fields,
            )
        )
    if not found:
        problems.append("请至少选用一个指标")
    if problems:
        raise Invalid(problems, "请修改后再点“核对”。")
    return tuple(found)


def weights_table(design: Design, names: Mapping[str, str], key: str) -> pd.DataFrame:
    """Every node under its parent with its weight; drawn inside a form."""
    rows = [
        {
            "上级": parent or "–",
            "项": names.get(node, composite.label(node)),
            "权重（%）": _shown(design.weights.get(node)),
            "node": node,
        }
        for parent, children in composite.families(design.criteria).items()
        for node in children
    ]
    edited: pd.DataFrame = st.data_editor(
        pd.DataFrame(rows).drop(columns="node"),
        key=key,
        hide_index=True,
        width="stretch",
        disabled=["上级", "项"],
        column_config={"权重（%）": st.column_config.TextColumn(help="同一上级下合计 100；全部留空则平均分配。")},
    )
    return edited.assign(node=[row["node"] for row in rows])


def read_weights(edited: pd.DataFrame) -> dict[str, Decimal]:
    """Weights by node. Raises Invalid for what is no number."""
    found: dict[str, Decimal] = {}
    problems: list[str] = []
    for row in edited.to_dict("records"):
        if (value := _number(row["权重（%）"], f"{composite.label(row['node'])} 的权重", problems)) is not None:
            found[row["node"]] = value
    if problems:
        raise Invalid(problems, "请填百分数，例如 33.33。")
    return found


def judgement_table(design: Design, children: Sequence[str], names: Mapping[str, str], key: str) -> pd.DataFrame:
    """Siblings against siblings: the upper half is filled in, the lower half follows; drawn inside a form."""
    matrix = composite.pairwise(design, children)
    written = {(item.first, item.second): item.value for item in design.judgements}
    titles = [composite.label(node) for node in children]
    rows = []
    for i, node in enumerate(children):
        cells = {"项": names.get(node, titles[i])}
        for j, other in enumerate(children):
            value = matrix[i][j]
            plain = "" if value is None else str(value)
            cells[titles[j]] = "1" if i == j else written.get((node, other), plain) if i < j else _AUTOMATIC
        rows.append(cells)
    edited: pd.DataFrame = st.data_editor(
        pd.DataFrame(rows), key=key, hide_index=True, width="stretch", disabled=["项", titles[0]]
    )
    return edited


def read_judgements(edited: pd.DataFrame, children: Sequence[str]) -> list[Judgement]:
    """What was typed into the upper half."""
    found = []
    for (i, first), (j, second) in combinations(enumerate(children), 2):
        if text := _text(edited.iloc[i, j + 1]):
            found.append(Judgement(first=first, second=second, value=text[:12]))
    return found


def node_names(criteria: Sequence[Criterion], indicators: Sequence[Indicator]) -> dict[str, str]:
    """Leaves by their indicator's code and name; dimensions keep their own names."""
    known = {indicator.id: f"{indicator.code} {indicator.name}" for indicator in indicators}
    return {criterion.key: known[criterion.indicator_id] for criterion in criteria if criterion.indicator_id in known}


def titles(indicators: Sequence[Indicator]) -> list[str]:
    """What each is called in the table: with its version where a collection asks for several one after the other."""
    versions = Counter(indicator.code for indicator in indicators)
    return [
        f"{item.code}{f'（第 {item.version} 版）' if versions[item.code] > 1 else ''} {item.name}"
        + (f"（{item.unit}）" if item.unit else "")
        for item in indicators
    ]


def _row(title: str, indicator: Indicator, taken: Criterion | None, aggregation: Aggregation) -> dict[str, object]:
    direction = taken.direction if taken else indicator.direction
    best = taken.best if taken else None
    if best is None and indicator.best_min is not None and indicator.best_max is not None:
        best = (indicator.best_min, indicator.best_max)
    row: dict[str, object] = {
        TAKEN: taken is not None,
        "指标": title,
        DIMENSION: taken.dimension if taken else "",
        DIRECTION: direction.label,
        BEST: _span(best),
        TOLERATED: _span(taken.tolerated if taken else None),
    }
    if aggregation is Aggregation.THRESHOLD:
        rule = taken.rule if taken else None
        row |= {title: _shown(getattr(rule, name)) if rule else "" for name, title in MARKS.items()}
    return row


def _ranged(indicator: Indicator, taken: Criterion | None) -> bool:
    return Direction.WITHIN in (indicator.direction, taken.direction if taken else None)


def _rule(row: Mapping[Any, Any], code: str, problems: list[str]) -> ThresholdRule | None:
    values = {name: _number(row[title], f"{code} 的{title}", problems) for name, title in MARKS.items()}
    if all(value is None for value in values.values()):
        return None  # said with the rest of the design
    lacking = [MARKS[name] for name, value in values.items() if value is None and name != "floor"]
    if lacking:
        problems.append(f"{code} 还缺{'、'.join(lacking)}")
        return None
    if (values["full"] or 0) <= 0 or (values["slope"] or 0) < 0:
        problems.append(f"{code} 的满分应大于 0，扣分不能是负数")
        return None
    return ThresholdRule.model_validate({name: value for name, value in values.items() if value is not None})


def _range(text: str, where: str, problems: list[str]) -> tuple[Decimal, Decimal] | None:
    if not text:
        return None
    found = _RANGE.fullmatch(text) or re.fullmatch(r"(\d[\d.]*)\s*-\s*(\d[\d.]*)", text)
    if not found:
        problems.append(f"{where}“{text[:20]}”认不出来，请写成 5~6")
        return None
    low, high = (_number(part, where, problems) for part in found.groups())
    return None if low is None or high is None else (low, high)


def _number(cell: object, where: str, problems: list[str]) -> Decimal | None:
    text = _text(cell).rstrip("%％")
    if not text:
        return None
    reading = parse_number(text)
    if reading.error:
        problems.append(f"{where}：{reading.error}")
    return reading.value


def _text(cell: object) -> str:
    return "" if cell is None or pd.isna(cell) else str(cell).strip()


def _shown(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _span(pair: tuple[Decimal, Decimal] | None) -> str:
    return "" if pair is None else f"{_shown(pair[0])}~{_shown(pair[1])}"
