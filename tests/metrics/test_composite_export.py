"""The workings of an index as a workbook: each sheet follows from the one before, to the last digit."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from core.errors import NotFound
from core.words import Aggregation, Direction, Weighting
from metrics import composite_export as export
from metrics import composite_service as service
from metrics.composite import Criterion, Judgement, ThresholdRule
from tests.metrics import stored
from tests.metrics.stored import ANJI
from tests.metrics.test_composite_service import CODES, VALUES, collection, create, design, detail, hand_in
from tests.support import Cast

Table = list[dict[str, Any]]


def tables(data: bytes) -> dict[str, Table]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    found = {}
    for sheet in book.worksheets:
        head, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(map(str, head), row, strict=True)) for row in rows]
    return found


def said(table: Table) -> dict[str, str]:
    return {row["项目"]: row["内容"] for row in table}


def column(table: Table, start: str) -> str:
    (name,) = (title for title in table[0] if title.startswith(start))
    return name


@pytest.fixture
def made(house: Path) -> stored.Stored:
    found = collection()
    for code in VALUES:
        hand_in(found, code)
    return found


PERIOD = stored.last_month


def test_every_step_of_combined_weights_and_distances(made: stored.Stored, cast: Cast) -> None:
    judgements = [
        Judgement(first="SX01", second="SX04", value="2"),
        Judgement(first="SX01", second="SX07", value="4"),
        Judgement(first="SX04", second="SX07", value="3"),
    ]
    system = create(
        cast, made, aggregation=Aggregation.TOPSIS, weighting=Weighting.COMBINED, subjective=Weighting.AHP_GEOMETRIC_MEAN,
        alpha="0.4", judgements=judgements,
    )  # fmt: skip
    data = export.current_xlsx(cast.li_staff, system.id, system.versions[0].id, PERIOD(), PERIOD())
    book = tables(data)
    assert list(book) == [
        "说明", "结果", "指标", "原始数据", "标准化值", "比重", "判断矩阵", "权重", "加权矩阵", "距离与贴近度",
    ]  # fmt: skip
    about = said(book["说明"])
    assert about["版本"] == "第 1 版"
    assert "方根法" in about["赋权方法"]
    assert "0.4 × 主观权重 + 0.6 × 熵权" in about["赋权方法"]
    raw = [row for row in book["原始数据"] if row["地区类型"] == "发达地区"]
    values = {code: [row[next(t for t in row if t.startswith(code) and "值" in t)] for row in raw] for code in CODES}
    for code in CODES:
        n, d = (
            [row[next(t for t in row if t.startswith(code) and t.endswith(part))] for row in raw]
            for part in ("分子", "分母")
        )
        factor = 1 if code == "SX07" else 100
        assert values[code] == [a / b * factor for a, b in zip(n, d, strict=True)]
    weights = [row for row in book["权重"] if row["地区类型"] == "发达地区"]
    scaled = [row for row in book["标准化值"] if row["地区类型"] == "发达地区"]
    for place, code in enumerate(CODES):
        sign = -1 if code == "SX07" else 1
        signed = [sign * value for value in values[code]]
        z = [(value - min(signed)) / (max(signed) - min(signed)) for value in signed]
        assert [row[column(scaled, code)] for row in scaled] == pytest.approx(z)
        p = [value / sum(z) for value in z]
        entropy = -sum(value * math.log(value) for value in p if value) / math.log(len(p))
        assert weights[place][column(weights, "熵 E")] == pytest.approx(entropy)
        mixed = 0.4 * weights[place]["主观权重"] + 0.6 * weights[place][column(weights, "熵权")]
        assert weights[place]["最终权重"] == pytest.approx(mixed)
    spare = [row["1 − E"] for row in weights]
    assert [row[column(weights, "熵权")] for row in weights] == pytest.approx([part / sum(spare) for part in spare])
    means = [(1 * 2 * 4) ** (1 / 3), (1 / 2 * 1 * 3) ** (1 / 3), (1 / 4 * 1 / 3 * 1) ** (1 / 3)]
    assert [row["主观权重"] for row in weights] == pytest.approx([mean / sum(means) for mean in means])
    assert book["判断矩阵"][0]["一致性比率 CR = CI÷RI"] < 0.1
    weighted = {row["单位"]: row for row in book["加权矩阵"] if row["地区类型"] == "发达地区"}
    best, worst = weighted.pop("最优解"), weighted.pop("最劣解")
    distances = {row["单位"]: row for row in book["距离与贴近度"]}
    for unit, row in weighted.items():
        titles = [title for title in row if title.startswith(CODES)]
        there = [math.dist([row[t] for t in titles], [ideal[t] for t in titles]) for ideal in (best, worst)]
        found = distances[unit]
        assert [found[column([found], "到最优解")], found[column([found], "到最劣解")]] == pytest.approx(there)
        assert found[column([found], "贴近度")] == pytest.approx(there[1] / sum(there))
    top = book["结果"][0]
    assert (top["地区类型"], top["组内名次"]) == ("发达地区", 1)
    assert top["贴近度"] == max(row["贴近度"] for row in book["结果"] if row["地区类型"] == "发达地区")


def test_scores_and_who_was_left_out(house: Path, cast: Cast) -> None:
    made = collection()
    for code in list(VALUES)[:4]:
        hand_in(made, code)
    rules = {"SX01": (50, 95, 2, 0), "SX04": (30, 90, 1, 0), "SX07": (20, 3, 5, 0)}
    criteria = [
        Criterion(
            indicator_id=made.indicators[code], code=code, dimension="效能",
            direction=Direction.LOWER if code == "SX07" else Direction.HIGHER,
            rule=ThresholdRule(**dict(zip(("full", "base", "slope", "floor"), rules[code], strict=True))),
        )
        for code in CODES
    ]  # fmt: skip
    asked = design(made, aggregation=Aggregation.THRESHOLD, weighting=Weighting.FULL_MARKS)
    number = service.create(
        cast.li_staff,
        service.SystemIn(name="月度扣分"),
        made.id,
        asked.model_copy(update={"criteria": tuple(criteria)}),
        nonce="s",
    )
    version = detail(cast, number).versions[0]
    book = tables(export.current_xlsx(cast.li_staff, number, version.id, PERIOD(), PERIOD()))
    assert list(book) == ["说明", "结果", "指标", "原始数据", "标准化值", "权重", "各项得分", "未参加计算"]
    scores = {
        row["单位"]: [value for title, value in row.items() if title.startswith(CODES)] for row in book["各项得分"]
    }
    assert scores["安吉县"] == [50, 30, 20]
    assert scores["德清县"] == [40, 30, 20]
    assert scores["长兴县"] == [20, 20, 15]
    assert {row["单位"]: row["总分"] for row in book["结果"]}["长兴县"] == 55
    assert {row["单位"] for row in book["未参加计算"]} == {"云和县"}
    assert book["未参加计算"][0]["缺少的数据"].startswith("SX01 按时办结率：")
    assert book["指标"][2]["起扣线"] == 3
    assert book["指标"][2]["方向"] == "越低越好"


def test_a_frozen_result_is_exported_as_it_was(made: stored.Stored, cast: Cast) -> None:
    system = create(cast, made)
    number = service.freeze(cast.li_staff, system.versions[0].id, PERIOD(), PERIOD(), "年度评价用")
    before = export.frozen_xlsx(cast.li_staff, system.id, number)
    stored.move(cast.li_staff, made.of(ANJI), "退回", "请核对应办结件数")
    assert export.frozen_xlsx(cast.li_staff, system.id, number) == before
    now = tables(export.current_xlsx(cast.li_staff, system.id, system.versions[0].id, PERIOD(), PERIOD()))
    assert len(now["结果"]) == len(tables(before)["结果"]) - 1
    about = said(tables(before)["说明"])
    assert about["状态"] == "已冻结，不随数据更正而变化"
    assert about["校验码"] == detail(cast, system.id).results[0].digest
    for who in (cast.wang_anji, cast.sun_judge):
        with pytest.raises(NotFound):
            export.frozen_xlsx(who, system.id, number)
        with pytest.raises(NotFound):
            export.current_xlsx(who, system.id, system.versions[0].id, PERIOD(), PERIOD())


def test_marks_of_intervals_have_a_sheet_of_their_own(made: stored.Stored, cast: Cast) -> None:
    base = design(made)
    within = base.criteria[2].model_copy(
        update={"direction": Direction.WITHIN, "best": (2, 3), "tolerated": (1, 6)}
    )  # fmt: skip
    asked = base.model_copy(update={"criteria": (*base.criteria[:2], within)})
    number = service.create(cast.li_staff, service.SystemIn(name="区间"), made.id, asked, nonce="w")
    book = tables(export.current_xlsx(cast.li_staff, number, detail(cast, number).versions[0].id, PERIOD(), PERIOD()))
    ready = {row["单位"]: row[column([row], "SX07")] for row in book["进入计算的值"]}
    assert ready == pytest.approx({"德清县": 1, "安吉县": 1, "长兴县": 2 / 3, "云和县": 0, "景宁畲族自治县": 1 / 3})
    assert book["指标"][2]["最优区间"] == "2～3"
