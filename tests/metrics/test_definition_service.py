"""Definitions as commands: made, edited before first use, versioned after it, and what changes over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import select

from accounts.permissions import OPERATOR
from core import clock
from core.errors import Conflict, Duplicate, Forbidden, Invalid, WrongState
from core.numbers import to_micro
from core.periods import Period
from core.validation import checked
from core.words import Accumulation, Combine, Direction, EvidenceKind, IndicatorRole, Kind, TargetKind, ValueState
from db.session import read, write
from db.tables import AuditEvent, CollectionIndicator, IndicatorRow, Observation, Target
from metrics import catalogue, collecting, defined, definition_service, definitions, queries
from metrics.definition_schemas import DefinitionIn, RevisionIn
from metrics.model import Indicator
from metrics.schemas import TargetIn
from tests.metrics import stored
from tests.metrics.returns_support import entry
from tests.metrics.stored import ANJI, DEQING, GOOD
from tests.support import Cast

SOUND: dict[str, Any] = {
    "code": "SX21", "name": "走访覆盖率", "meaning": "本期走访到的家庭占应走访家庭的比例。",
    "formula": "走访户数 ÷ 应走访户数 × 100%", "kind": Kind.RATIO, "n_label": "走访户数", "n_unit": "户",
    "d_label": "应走访户数", "d_unit": "户", "factor": 100, "unit": "%", "direction": Direction.HIGHER,
    "hard_min": 0, "hard_max": 100, "plausible_min": 20, "combine_time": Combine.RATIO,
    "combine_regions": Combine.RATIO, "source": "走访台账", "collected_by": "人工登记", "limits": "重复走访只计一次。",
}  # fmt: skip


def definition(**more: Any) -> DefinitionIn:
    return checked(DefinitionIn, **(SOUND | more))


def revision(**more: Any) -> RevisionIn:
    given: dict[str, Any] = {
        "changed": "分母改为应办结件数。", "reason": "考核办法统一口径。", "valid_from": str(stored.this_month().shift(1)),
    }  # fmt: skip
    return checked(RevisionIn, **(given | more))


def of(code: str) -> Indicator:
    return next(indicator for indicator in defined.indicators() if indicator.code == code)


def changed(code: str, **more: Any) -> DefinitionIn:
    """The stored definition with some fields changed, checked as the editor checks it."""
    values = definitions.entered(of(code)).model_dump()
    return checked(DefinitionIn, **(values | more))


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"code": "sx21"}, "代码：格式不符合要求"),
        ({"d_label": ""}, "“比率”要有分母"),
        ({"kind": Kind.COUNT, "combine_time": Combine.SUM, "combine_regions": Combine.SUM}, "“计数”没有分母"),
        ({"factor": 1}, "换算倍数应是 100"),
        ({"hard_min": 100, "hard_max": 0}, "不可能的范围的下限不小于上限"),
        ({"plausible_min": -1}, "“通常不低于”超出了不可能的范围"),
        ({"direction": Direction.WITHIN}, "请填写区间下限和上限"),
        ({"best_min": 1, "best_max": 2}, "请清空区间下限和上限"),
        ({"combine_time": Combine.SUM}, "不能多期直接相加"),
        ({"combine_regions": Combine.MEAN}, "不能多地求平均"),
        ({"combine_regions": Combine.LAST}, "多地合成不能用“取末期”"),
        ({"accumulation": Accumulation.TO_DATE}, "累计数已经包含以前各期"),
        ({"d_fixed": True}, "“分母是固定底数”只用于有分母的累计数"),
        ({"evidence_kind": EvidenceKind.FILE}, "请写明要什么佐证"),
        ({"name": "干部打卡率"}, "指尖上的形式主义"),
        ({"limits": ""}, "局限与偏差：至少 4 个字"),
        ({"plausible_max": "1.1234567"}, "通常不高于：小数位过多"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as refused:
        definition(**wrong)
    assert said in "；".join(refused.value.problems)


def test_counting_clicks_needs_a_justification() -> None:
    kept = definition(name="干部打卡率", compliance_note="上级文件要求统计，只作背景，不设目标。")
    assert kept.compliance_note


def test_create_works(database: str, cast: Cast) -> None:
    made = definition_service.create(cast.li_staff, definition(role=IndicatorRole.CONTEXT, due_days=9))
    found = of("SX21")
    assert (found.id, found.version, found.edition) == (made, 1, 1)
    assert (found.plausible_min, found.hard_max, found.due_days) == (Decimal(20), Decimal(100), 9)
    assert found.role is IndicatorRole.CONTEXT
    with pytest.raises(Duplicate, match="代码 SX21 已经用于另一个指标"):
        definition_service.create(cast.li_staff, definition(name="另一个"))


@pytest.mark.parametrize("who", ["wang_anji", "zhou_minzheng", "qian_bidder", "sun_judge"])
def test_others_only_read(house: object, cast: Cast, who: str) -> None:
    actor = cast.everybody()[who]
    catalogue.load()
    for command in (
        lambda: definition_service.create(actor, definition()),
        lambda: definition_service.edit(actor, 1, changed("SX01", name="新名"), seen_edition=1),
        lambda: definition_service.revise(actor, 1, changed("SX01", name="新名"), revision()),
    ):
        with pytest.raises(Forbidden):
            command()
    assert defined.indicator(1) is not None


def test_before_first_use_it_is_edited_in_place(database: str, cast: Cast) -> None:
    catalogue.load()
    before = of("SX01")
    definition_service.edit(cast.li_staff, before.id, changed("SX01", name="限时办结率"), seen_edition=1)
    after = of("SX01")
    assert (after.id, after.version, after.edition, after.name) == (before.id, 1, 2, "限时办结率")
    with read() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "indicator:edit")).one()
        assert event.changes == {"名称": ["按时办结率", "限时办结率"]}
    with pytest.raises(Conflict):
        definition_service.edit(cast.li_staff, before.id, changed("SX01", name="又一个"), seen_edition=1)
    with pytest.raises(Invalid, match="没有改动"):
        definition_service.edit(cast.li_staff, before.id, changed("SX01"), seen_edition=2)
    with pytest.raises(WrongState, match="不必出新版"):
        definition_service.revise(cast.li_staff, before.id, changed("SX01", name="又一个"), revision())


def test_lines_that_were_set_stay_possible(house: object, cast: Cast) -> None:
    made = stored.collection(indicators=("SX01",))
    with pytest.raises(Invalid, match="已设的目标值 90 超出了新的可能范围"):
        definition_service.edit(
            cast.li_staff, made.indicators["SX01"], changed("SX01", hard_max=85, plausible_max=85), seen_edition=1
        )


def test_once_used_a_change_is_a_new_version(database: str, cast: Cast) -> None:
    made = stored.collection(last=stored.this_month().shift(6))
    old = of("SX01")
    stored.save(OPERATOR, made.of(ANJI), GOOD)
    with pytest.raises(WrongState, match="已经有数用了这一版口径"):
        definition_service.edit(cast.li_staff, old.id, changed("SX01", name="限时办结率"), seen_edition=1)
    start = stored.this_month().shift(1)
    revised = definition_service.revise(
        cast.li_staff, old.id, changed("SX01", name="限时办结率"), revision(comparable=Decimal("0.95"))
    )
    new = of("SX01")
    assert (new.id, new.version, new.valid_from) == (revised.id, 2, str(start))
    assert (new.changed, new.change_reason) == ("分母改为应办结件数。", "考核办法统一口径。")
    assert new.comparable == Decimal("0.95")
    kept = defined.indicator(old.id)
    assert kept is not None
    assert kept.name == "按时办结率"
    assert revised.adopted == [("按时办结月报", str(start))]
    assert revised.without_lines == []
    with pytest.raises(Conflict, match="不是“按时办结率”的现行版本"):
        definition_service.revise(cast.li_staff, old.id, definitions.entered(old), revision())


def test_returns_ask_for_the_version_of_their_period(database: str, cast: Cast) -> None:
    made = stored.collection(last=stored.this_month().shift(3))
    stored.save(OPERATOR, made.of(ANJI), GOOD)
    start = stored.this_month().shift(1)
    definition_service.revise(cast.li_staff, of("SX01").id, changed("SX01", name="限时办结率"), revision())
    for period, version in ((start.shift(-1), 1), (start, 2), (start.shift(1), 2)):
        found = queries.form(cast.li_staff, made.of(ANJI, str(period)))
        assert found is not None
        view, form = found
        assert [line.indicator.version for line in form.lines if line.indicator.code == "SX01"] == [version]
        assert view.asked == len(form.lines) == 2


def test_a_period_that_was_reported_is_not_redefined(database: str, cast: Cast) -> None:
    made = stored.collection(last=stored.this_month().shift(3))
    stored.save(OPERATOR, made.of(DEQING), GOOD)
    with pytest.raises(Invalid) as refused:
        definition_service.revise(
            cast.li_staff, of("SX01").id, changed("SX01", name="限时办结率"), revision(valid_from=stored.last_month())
        )
    label = Period.parse(stored.last_month()).label
    assert refused.value.problems == [f"“按时办结月报”从 {label}起已有按现行口径报的数"]
    with read() as session:
        assert len(session.exec(select(IndicatorRow.id).where(IndicatorRow.code == "SX01")).all()) == 1
        assert {link.until_period for link in session.exec(select(CollectionIndicator))} == {""}


def test_lines_in_force_are_carried_over_by_the_factor(database: str, cast: Cast) -> None:
    made = stored.collection(last=stored.this_month().shift(3))
    stored.save(OPERATOR, made.of(ANJI), GOOD)
    with write() as session:
        collecting.set_target(
            session, OPERATOR, made.id,
            TargetIn(indicator_id=made.indicators["SX01"], kind=TargetKind.TARGET, value=Decimal(88),
                     from_period=stored.last_month(), region_code=ANJI, reason="本县单独约定"),
        )  # fmt: skip
    new = definition_service.revise(
        cast.li_staff, of("SX01").id, changed("SX01", name="限时办结率"), revision(comparable=Decimal("0.5"))
    )
    with read() as session:
        lines = queries.targets_of(session, made.id)
        at = str(stored.this_month().shift(1))
        assert queries.applying(lines[new.id], TargetKind.TARGET, DEQING, at) == 45
        assert queries.applying(lines[new.id], TargetKind.TARGET, ANJI, at) == 44
        assert queries.applying(lines[new.id], TargetKind.BASELINE, ANJI, at) == 40
        assert len(lines[made.indicators["SX01"]]) == 3  # the old ones stay
        assert session.exec(select(Target.value).where(Target.indicator_id == new.id)).first() == to_micro(40)


def test_without_a_factor_lines_are_to_be_set_anew(database: str, cast: Cast) -> None:
    made = stored.collection(last=stored.this_month().shift(3))
    stored.save(OPERATOR, made.of(ANJI), GOOD)
    revised = definition_service.revise(cast.li_staff, of("SX01").id, changed("SX01", name="限时办结率"), revision())
    assert revised.without_lines == ["按时办结月报"]
    with read() as session:
        assert queries.targets_of(session, made.id).get(revised.id) is None


def test_accumulation_is_frozen_by_the_first_value(database: str, cast: Cast) -> None:
    made = stored.collection(last=stored.this_month().shift(3))
    stored.save(OPERATOR, made.of(ANJI), GOOD)
    with pytest.raises(Invalid, match="已经按“本期数”报数，不能改成“累计至今”"):
        definition_service.revise(
            cast.li_staff,
            of("SX01").id,
            changed("SX01", accumulation=Accumulation.TO_DATE, combine_time=Combine.LAST),
            revision(),
        )


def test_a_version_begins_after_the_one_before(house: object, cast: Cast) -> None:
    made = stored.collection(first=stored.this_month().shift(-3), last=stored.this_month().shift(8))
    stored.save(OPERATOR, made.of(ANJI), GOOD)
    definition_service.revise(cast.li_staff, of("SX01").id, changed("SX01", name="限时办结率"), revision())
    with write() as session:  # a value by the second version, in the future as only a test can have it
        session.add(
            Observation(
                return_id=made.of(ANJI, str(stored.this_month().shift(1))), indicator_id=of("SX01").id, revision=1,
                n=1, d=2, state=ValueState.REPORTED, entered_at=clock.now(),
            )
        )  # fmt: skip
    with pytest.raises(Invalid, match="不晚于现行版的起始期"):
        definition_service.revise(cast.li_staff, of("SX01").id, changed("SX01", name="三版"), revision())


def test_past_of_the_same_terms_is_a_yardstick_and_of_others_not(database: str, cast: Cast) -> None:
    """With factor 1 the old version's figures stand as the new one's past; with another factor they do not."""
    for code, factor, known in (("SX01", Decimal(1), 1), ("SX04", Decimal(2), 0)):
        made = stored.collection(name=f"月报{code}", indicators=(code,), last=stored.this_month().shift(3))
        stored.save(OPERATOR, made.of(ANJI), {code: GOOD[code]})
        definition_service.revise(
            cast.li_staff, of(code).id, changed(code, limits="另有说明。"), revision(comparable=factor)
        )
        found = queries.form(cast.li_staff, made.of(ANJI, str(stored.this_month().shift(1))))
        assert found is not None
        assert len(found[1].lines[0].history) == known


def test_factors_multiply_up_to_the_newest(house: object) -> None:
    catalogue.load()
    first = of("SX01")

    def version(number: int, factor: str | None) -> Indicator:
        return Indicator(
            **(
                vars(first)
                | {"id": number, "version": number, "comparable": None if factor is None else Decimal(factor)}
            )
        )

    chain = [version(1, None), version(2, "0.5"), version(3, "0.2"), version(4, "1")]
    assert {key: (join.run, float(join.factor)) for key, join in definitions.joins(chain).items()} == {
        4: (0, 1), 3: (0, 1), 2: (0, 0.2), 1: (0, 0.1),
    }  # fmt: skip
    broken = [version(1, None), version(2, "0.5"), version(3, None), version(4, "1")]
    found = definitions.joins(broken)
    assert {key: (join.run, float(join.factor)) for key, join in found.items()} == {
        4: (0, 1), 3: (0, 1), 2: (1, 1), 1: (1, 0.5),
    }  # fmt: skip
    assert [key for key, join in found.items() if join.comparable] == [4, 3]


def test_a_difference_is_said_field_by_field(house: object) -> None:
    catalogue.load()
    found = definitions.differences(
        of("SX01"), changed("SX01", decimals=1, plausible_min=Decimal("42.5"), role=IndicatorRole.CONTEXT)
    )
    assert [(item.title, item.old, item.new) for item in found] == [
        ("小数位数", "2", "1"),
        ("通常不低于", "40", "42.5"),
        ("通常作什么用", "目标指标", "背景指标"),
    ]
    assert entry(1).n == to_micro(1)
