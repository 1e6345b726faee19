"""What a design could show, while it is being designed."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from core.errors import Invalid
from core.words import Arm, GovernanceLevel
from metrics.comparison import minimum_detectable
from pilots import design_queries, detectable, gate_queries, queries, service, stages
from pilots.detectable import Outlook
from regions import queries as regions
from tests.conftest import Page
from tests.pilots.support import DEVELOPED, approved_scenario, fill, indicator, move, pilot_in, ready, running
from tests.pilots.test_money import indicator as meaning
from tests.pilots.test_plan_pages import words
from tests.scenarios.test_pages import widget
from tests.support import Cast


def outlook(pilots: int, against: int, sd: float | None = 2.0, matters: float | None = 3.0) -> Outlook:
    return Outlook(meaning(decimals=1), pilots, against, sd, "所选地区中 9 个的历史数据", matters)


@pytest.mark.parametrize(
    ("pilots", "against", "says"),
    [
        (5, 5, "可作因果判断"),
        (4, 9, "只能初步判断"),
        (3, 3, "只能初步判断"),
        (2, 9, "只能描述，不能说是试点造成的"),
        (1, 1, "只能描述，不能说是试点造成的"),
    ],
)
def test_numbers_decide_what_may_be_said(pilots: int, against: int, says: str) -> None:
    first = detectable.sentences(outlook(pilots, against))[0]
    assert first.startswith(f"试点 {pilots} 个、对照 {against} 个：{says}（")


def test_what_is_seen_is_compared_with_what_matters() -> None:
    few, enough = outlook(5, 5), outlook(7, 7)
    assert few.smallest_seen == pytest.approx(2.8 * 2 * (2 / 5) ** 0.5)
    assert detectable.sentences(few)[1:] == [
        "“按时办结率”要变化约 3.5 个百分点，这个设计才看得出来（依据：所选地区中 9 个的历史数据）。",
        (
            "大于“最小有意义变化” 3.0 个百分点：试点即使有效，也可能看不出来。要看得出来，两边约需各 7 个地区；"
            "或者换一个平时起伏更小的指标。"
        ),
    ]
    assert detectable.sentences(enough)[2] == "小于“最小有意义变化” 3.0 个百分点：值得推广的变化看得出来。"
    # As many as it asks for are enough, one fewer is not.
    assert few.needed == 7
    assert minimum_detectable(2, 7, 7) <= 3 < minimum_detectable(2, 6, 6)


def test_what_is_not_known_is_said() -> None:
    assert "还没有历史数据" in detectable.sentences(outlook(5, 5, sd=None))[1]
    assert "填写“最小有意义变化”" in detectable.sentences(outlook(5, 5, matters=None))[2]
    assert detectable.sentences(outlook(0, 5)) == ["选好试点和对照地区后，这里显示这个设计能看出多小的变化。"]


def test_regions_move_by_themselves() -> None:
    rows = [
        (code, f"2026-0{month}", 80 + change * (month > 2))
        for code, change in zip("abcd", (0, 2, 4, 6), strict=True)
        for month in (1, 2, 3, 4)
    ]
    frame = pd.DataFrame(rows, columns=["code", "period", "added"])
    found = detectable.spread(frame)
    assert found is not None
    assert found == pytest.approx(((20 / 3) ** 0.5, 4))
    assert detectable.spread(frame[frame.period > "2026-01"]) is None  # three periods
    assert detectable.spread(frame[frame.code > "a"]) is None  # three regions


@pytest.mark.usefixtures("house")
class TestDesign:
    def test_other_collections_know_something(self, cast: Cast) -> None:
        first = running(cast, pilots=DEVELOPED[:2], comparisons=DEVELOPED[2:4])
        fill(first, lambda code, arm, period, after: (60 + period.index * int(code[-1]) % 20, 100))
        known = design_queries.history(cast.li_staff, indicator("SX01"), GovernanceLevel.COUNTY, "2025-03", "2026-01")
        assert known is not None
        assert known.periods([DEVELOPED[0], DEVELOPED[5]], "2025-06") == {DEVELOPED[0]: 7, DEVELOPED[5]: 0}
        chosen, others = known.spread(DEVELOPED[:4]), known.spread(DEVELOPED[4:])
        assert chosen is not None and others is not None
        assert (chosen[0], chosen[1], others[1]) == (
            others[0],
            "所选地区中 4 个的历史数据",
            "其他 4 个地区的历史数据",
        )
        empty = design_queries.history(cast.li_staff, indicator("SX01"), GovernanceLevel.TOWN, "2025-03", "2026-01")
        assert empty is not None and empty.spread([]) is None

    def test_the_page_says_it_live(self, page: Page, cast: Cast) -> None:
        scenario_id = approved_scenario(cast)
        pilot_id = service.design(cast.li_staff, pilot_in(scenario_id, cast))
        app = page("design", cast.li_staff, id=pilot_id)
        assert "试点 2 个、对照 2 个" in words(app)
        assert "启动前还差 2 项" in words(app)
        number = indicator("SX01")
        widget(app, f"design_outlook_sd_{number}").set_value(2.0).run()
        assert "要变化约 5.60 个百分点" in words(app)
        assert "两边约需各 16 个地区" in words(app)
        widget(app, f"design_outlook_matters_{number}").set_value(6.0).run()
        assert "值得推广的变化看得出来" in words(app)

    @pytest.mark.parametrize(
        ("level", "pilots", "against", "group"),
        [
            # 安吉 is developed, 景宁 a 山区海岛县: their towns with them.
            (GovernanceLevel.TOWN, "330523", "330521", "发达地区"),
            (GovernanceLevel.TOWN, "331127", "331125", "山区海岛县"),
            (GovernanceLevel.CITY, "330500", "330400", ""),
        ],
    )
    def test_towns_and_cities_take_part(
        self, cast: Cast, level: GovernanceLevel, pilots: str, against: str, group: str
    ) -> None:
        places = {place.code for place in regions.places("330000", design_queries.UNITS[level], date(2025, 7, 1))}
        here, there = (next(code for code in sorted(places) if code.startswith(found)) for found in (pilots, against))
        data = pilot_in(approved_scenario(cast), cast, level=level, pilots=[here], comparisons=[there])
        pilot_id = service.design(cast.li_staff, data)
        ready(cast, pilot_id)
        move(cast.li_staff, pilot_id, stages.PROPOSE)
        assert gate_queries.blockers(cast.chen_staff, pilot_id) == []
        move(cast.chen_staff, pilot_id, stages.START)
        fill(pilot_id, lambda code, arm, period, after: (90 if arm is Arm.PILOT and after else 80, 100))
        evaluation = queries.evaluate(cast.li_staff, pilot_id)
        assert evaluation is not None and evaluation.goal is not None
        assert {unit.group for unit in evaluation.units} == {group}
        assert evaluation.goal.effect is not None
        assert evaluation.goal.effect.estimate == pytest.approx(10)
        assert evaluation.goal.effect.strength == "descriptive"

    def test_a_town_is_not_compared_with_one_of_another_group(self, cast: Cast) -> None:
        data = pilot_in(
            approved_scenario(cast),
            cast,
            level=GovernanceLevel.TOWN,
            pilots=["330523001"],
            comparisons=["331127001"],
        )
        with pytest.raises(Invalid, match="“山区海岛县”"):
            service.design(cast.li_staff, data)
