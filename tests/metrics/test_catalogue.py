"""The starting catalogue: exactly the twenty of the domain, each defined in full and sound."""

from __future__ import annotations

from sqlmodel import select

from core.words import Accumulation, EvidenceKind
from db.session import read, write
from db.tables import IndicatorRow
from metrics import catalogue, defined
from metrics.model import Indicator

# The order and the names are the domain's.
NAMES = [
    "按时办结率", "办结率", "及时签收率", "回访满意率", "回复率", "不满意率", "平均办结时长（工作日）", "一次办结率",
    "重复投诉率", "报表精简率", "填报时间缩短率", "数据自动取数率", "数据共享满足率", "事件自处置率", "应用使用覆盖率",
    "单位事件成本", "民生实事完成率", "每十万人规模校正值", "群众满意度评分", "预警提前处置率",
]  # fmt: skip


def loaded() -> dict[str, Indicator]:
    catalogue.load()
    return {indicator.name: indicator for indicator in defined.indicators()}


def test_exactly_the_twenty(database: str) -> None:
    assert catalogue.load() == 20
    assert catalogue.load() == 0
    assert [indicator.name for indicator in defined.indicators()] == NAMES
    with write() as session:
        assert catalogue.ensure(session, catalogue.PUBLISHED) == ["KH01", "KH02"]


def test_denominators_that_are_often_confused(house: object) -> None:
    known = loaded()
    assert known["办结率"].d_label == "应办结件数"
    assert known["不满意率"].d_label == "热线按时办结件数"
    assert known["每十万人规模校正值"].factor == 100_000
    assert known["民生实事完成率"].accumulation is Accumulation.YEAR_TO_DATE
    assert known["民生实事完成率"].d_fixed
    assert known["报表精简率"].accumulation is Accumulation.TO_DATE


def test_no_field_is_left_empty(house: object) -> None:
    """What every definition must say; a bound may be open, evidence is described where it is wanted."""
    wanted = (
        "meaning",
        "formula",
        "unit",
        "n_label",
        "d_label",
        "n_unit",
        "d_unit",
        "source",
        "collected_by",
        "limits",
    )
    for indicator in loaded().values():
        assert {name: getattr(indicator, name) for name in wanted if not getattr(indicator, name)} == {}, indicator.code
        assert indicator.plausible_min is not None
        assert indicator.plausible_max is not None
        assert bool(indicator.evidence) or indicator.evidence_kind is EvidenceKind.NONE


def test_what_was_edited_is_not_overwritten(house: object) -> None:
    catalogue.load()
    with write() as session:
        session.exec(select(IndicatorRow).where(IndicatorRow.code == "SX01")).one().name = "本省按时办结率"
    assert catalogue.load() == 0
    with read() as session:
        assert session.exec(select(IndicatorRow.name).where(IndicatorRow.code == "SX01")).one() == "本省按时办结率"
