"""The workings of an index system as a workbook: every step from n and d to the place, unrounded, each named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from accounts.permissions import Actor
from core import clock
from core.errors import NotFound
from core.numbers import from_micro
from core.periods import Period
from core.tabular import Block, Column, write_xlsx
from core.words import Aggregation, Direction
from metrics import composite_queries as queries
from metrics.composite import Criterion, Design
from metrics.composite_queries import ResultView, SystemDetail, VersionView
from metrics.composite_result import Judged, Matrix, Outcome

_HEAD = ("地区类型", "单位")


def current_xlsx(actor: Actor, system_id: int, version_id: int, first: str, last: str) -> bytes:
    """A version's result as it would be now."""
    system, version = _find(actor, system_id, version_id)
    outcome = queries.outcome(actor, version_id, first, last)
    if outcome is None:
        raise _gone()
    now = clock.now()
    facts = [("状态", "现算结果，数据更正后会变化"), ("计算时间", clock.show(now))]
    return write_xlsx(blocks(system.name, version, first, last, outcome, facts), made_at=now)


def frozen_xlsx(actor: Actor, system_id: int, result_id: int) -> bytes:
    """A frozen result as it was kept."""
    system = queries.system(actor, system_id)
    kept = next((result for result in system.results if result.id == result_id), None) if system else None
    outcome = queries.frozen(actor, result_id)
    if system is None or kept is None or outcome is None:
        raise _gone()
    _, version = _find(actor, system_id, kept.version_id)
    return write_xlsx(
        blocks(system.name, version, kept.first, kept.last, outcome, _of_frozen(kept)), made_at=kept.frozen_at
    )


def blocks(
    name: str, version: VersionView, first: str, last: str, outcome: Outcome, facts: Sequence[tuple[str, str]]
) -> list[Block]:
    """The sheets, in the order of the computation."""
    design = version.design
    made = [
        _about(name, version, first, last, outcome, facts),
        _places(design, outcome),
        _indicators(design, outcome),
        _raw(outcome),
        _matrix("标准化值", "z = 极差标准化", outcome, [group.scaled for group in outcome.groups]),
    ]
    if any(group.ready != group.values for group in outcome.groups):
        made.insert(
            4, _matrix("进入计算的值", "区间指标已换算为0～1", outcome, [group.ready for group in outcome.groups])
        )
    if any(group.shares for group in outcome.groups):
        made.append(_matrix("比重", "p = z ÷ Σz", outcome, [group.shares for group in outcome.groups]))
    if outcome.judged:
        made.append(_judgements(outcome.judged))
    made.append(_weights(outcome))
    if design.aggregation is Aggregation.THRESHOLD:
        made.append(_matrix("各项得分", "基准扣分", outcome, [group.scores for group in outcome.groups]))
    if design.aggregation is Aggregation.TOPSIS:
        made.append(_weighted(outcome))
        made.append(_distances(outcome))
    if outcome.excluded:
        rows = [(unit.group, unit.unit, reason) for unit in outcome.excluded for reason in unit.missing]
        made.append(Block("未参加计算", (*_HEAD, "缺少的数据"), rows))
    return made


def period_label(first: str, last: str) -> str:
    """2026年7月, or 2026年1月—2026年12月."""
    return Period.parse(first).label + ("" if first == last else f"—{Period.parse(last).label}")


def _about(
    name: str, version: VersionView, first: str, last: str, outcome: Outcome, facts: Sequence[tuple[str, str]]
) -> Block:
    rows = [
        ("指标体系", name),
        ("版本", f"第 {version.number} 版"),
        ("数据来自", version.collection),
        ("报送期", period_label(first, last)),
        *facts,
        *outcome.conventions,
        *(("提示", warning) for warning in outcome.warnings),
    ]
    return Block("说明", (Column("项目", 14), Column("内容", 100)), rows)


def _of_frozen(kept: ResultView) -> list[tuple[str, str]]:
    return [
        ("状态", "已冻结，不随数据更正而变化"),
        ("冻结", f"{clock.show(kept.frozen_at)}　{kept.author}" + (f"　{kept.note}" if kept.note else "")),
        ("校验码", kept.digest),
    ]


def _places(design: Design, outcome: Outcome) -> Block:
    total = "贴近度" if design.aggregation is Aggregation.TOPSIS else "总分"
    rows = [
        (group.name, unit.name, unit.place, unit.total, unit.standard, unit.across)
        for group in outcome.groups
        for unit in group.placed
    ]
    return Block(
        "结果", (*_HEAD, "组内名次", total, "标准化得分（总分−组均值）÷组标准差", "跨组名次（按标准化得分）"), rows
    )


def _indicators(design: Design, outcome: Outcome) -> Block:
    titles = (
        "代码",
        "指标",
        "维度",
        "方向",
        "最优区间",
        "容许区间",
        "口径版本",
        "满分",
        "起扣线",
        "每差一个单位扣分",
        "最低分",
    )
    rows = []
    for criterion, column in zip(design.criteria, outcome.columns, strict=True):
        rule = criterion.rule if design.aggregation is Aggregation.THRESHOLD else None
        marks = (rule.full, rule.base, rule.slope, rule.floor) if rule else (None,) * 4
        rows.append(
            (
                column.code, column.name, column.dimension, column.direction, _range(criterion, "best"),
                _range(criterion, "tolerated"), column.version, *marks,
            )
        )  # fmt: skip
    return Block("指标", titles, rows)


def _range(criterion: Criterion, name: str) -> str:
    found = getattr(criterion, name) if criterion.direction is Direction.WITHIN else None
    return f"{found[0]}～{found[1]}" if found else ""


def _raw(outcome: Outcome) -> Block:
    titles = [
        f"{column.title} {what}" for column in outcome.columns for what in ("分子", "分母", _value_title(column.unit))
    ]
    rows = []
    for group in outcome.groups:
        for place, unit in enumerate(group.placed):
            cells: list[object] = []
            for n, d, value in zip(group.n[place], group.d[place], group.values[place], strict=True):
                cells += [_amount(n), _amount(d), value]
            rows.append((group.name, unit.name, *cells))
    return Block("原始数据", (*_HEAD, *titles), rows)


def _matrix(name: str, formula: str, outcome: Outcome, matrices: Sequence[Matrix]) -> Block:
    return Block(
        name, (*_HEAD, *(f"{column.title}（{formula}）" for column in outcome.columns)), list(_units(outcome, matrices))
    )


def _units(outcome: Outcome, matrices: Sequence[Matrix]) -> Iterable[tuple[object, ...]]:
    for group, matrix in zip(outcome.groups, matrices, strict=True):
        for unit, row in zip(group.placed, matrix, strict=False):  # a matrix the group does not have is empty
            yield (group.name, unit.name, *row)


def _judgements(judged: Sequence[Judged]) -> Block:
    most = max(len(matrix.names) for matrix in judged)
    titles = [
        "上级",
        "项",
        *(f"与第 {place} 项比" for place in range(1, most + 1)),
        "权重 w",
        "λ",
        "一致性指标 CI =（λ−n）÷（n−1）",
        "一致性比率 CR = CI÷RI",
        "先改哪里",
    ]
    rows: list[tuple[object, ...]] = []
    for matrix in judged:
        for place, (name, row, weight) in enumerate(zip(matrix.names, matrix.matrix, matrix.weights, strict=True)):
            about = (matrix.lambda_max, matrix.ci, matrix.cr, matrix.mend) if place == 0 else (None,) * 4
            rows.append((matrix.parent or "最上一层", name, *row, *(None,) * (most - len(row)), weight, *about))
    return Block("判断矩阵", titles, rows)


def _weights(outcome: Outcome) -> Block:
    titles = (
        "地区类型",
        "代码",
        "指标",
        "维度",
        "熵 E = −Σp·ln p÷ln n",
        "1 − E",
        "熵权（1−E）÷Σ（1−E）",
        "主观权重",
        "最终权重",
    )
    rows: list[tuple[object, ...]] = []
    for group in outcome.groups:
        for place, column in enumerate(outcome.columns):
            entropy = group.entropy[place] if group.entropy else None
            rows.append(
                (
                    group.name, column.code, column.name, column.dimension, entropy,
                    None if entropy is None else 1 - entropy,
                    group.objective[place] if group.objective else None,
                    group.subjective[place] if group.subjective else None,
                    group.weights[place],
                )
            )  # fmt: skip
    return Block("权重", titles, rows)


def _weighted(outcome: Outcome) -> Block:
    rows = list(_units(outcome, [group.weighted for group in outcome.groups]))
    for group in outcome.groups:
        rows += [(group.name, name, *row) for name, row in zip(("最优解", "最劣解"), group.ideal, strict=True)]
    return Block("加权矩阵", (*_HEAD, *(f"{column.title}（w·x÷√Σx²）" for column in outcome.columns)), rows)


def _distances(outcome: Outcome) -> Block:
    titles = (*_HEAD, "到最优解的距离 d⁺", "到最劣解的距离 d⁻", "贴近度 = d⁻÷（d⁺+d⁻）")
    rows = [
        (group.name, unit.name, *row, unit.total)
        for group in outcome.groups
        for unit, row in zip(group.placed, group.distances, strict=True)
    ]
    return Block("距离与贴近度", titles, rows)


def _value_title(unit: str) -> str:
    return f"值（{unit}）" if unit else "值"


def _amount(micro: int | None) -> object:
    return None if micro is None else from_micro(micro)


def _find(actor: Actor, system_id: int, version_id: int) -> tuple[SystemDetail, VersionView]:
    system = queries.system(actor, system_id)
    version = next((found for found in system.versions if found.id == version_id), None) if system else None
    if system is None or version is None:
        raise _gone()
    return system, version


def _gone() -> NotFound:
    return NotFound("没有找到这个指标体系或结果。", "请从“指标体系”列表重新进入。")
