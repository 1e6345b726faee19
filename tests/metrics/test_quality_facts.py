"""The quality score from what is stored: what each part counts, what costs, what no longer costs, who sees it."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from pathlib import Path

from sqlmodel import col, select

from core import clock
from core.validation import checked
from core.words import FollowUpState
from db.session import read
from db.tables import Region
from metrics import (
    evidence_service,
    exports,
    feed_service,
    follow_up_service,
    follow_ups,
    quality_facts,
    quality_queries,
    rule_service,
)
from metrics.feed.loading import Wish
from metrics.frozen_quality import Reckoning
from metrics.quality import Aspect
from metrics.rule_schemas import WaiverIn
from metrics.stages import SEND_BACK
from pilots import queries as pilots
from tests.conftest import Page
from tests.metrics import feeds, stored
from tests.metrics.returns_support import entry
from tests.metrics.stored import ANJI, DEQING
from tests.metrics.test_pages import table, words
from tests.support import Cast

A = Aspect
LOW = {"SX01": entry(30, 100), "SX04": entry(45, 50)}  # below what is plausible; satisfaction needs evidence


def late(name: str = "迟报的任务") -> stored.Stored:
    last = stored.this_month().shift(-1)
    return stored.collection(name=name, due_on=clock.today() - timedelta(days=1), first=last, last=last)


def parts(made: stored.Stored, code: str | None = ANJI) -> dict[Aspect, tuple[int | Fraction, int]]:
    with read() as session:
        facts = quality_facts.of_collection(session, made.id)
    return {part.aspect: (part.n, part.m) for part in facts.part(code=code).quality().parts}


def test_what_counts_and_what_no_longer_costs(database: str, cast: Cast) -> None:
    made, period = late(), stored.last_month()
    number = made.of(ANJI)
    stored.save(cast.wang_anji, number, LOW)
    assert parts(made) == {A.COMPLETENESS: (0, 2), A.TIMELINESS: (0, 1)}  # a draft counts nowhere
    stored.save(cast.wang_anji, number, LOW, submit=True)
    assert parts(made) == {
        A.COMPLETENESS: (2, 2), A.TIMELINESS: (0, 1), A.VALIDITY: (Fraction(7, 4), 2), A.EVIDENCE: (0, 1),
        A.CORRECTIONS: (2, 2),
    }  # fmt: skip
    assert parts(made, None)[A.COMPLETENESS] == (2, 4)

    report = quality_queries.report(cast.wang_anji, made.id, ANJI, period)
    assert report is not None
    # 30 + 0 + 25·7/8 + 0 + 5 of the 85 points that have something to count.
    assert report.quality.total == Fraction(100, 85) * (30 + Fraction(175, 8) + 5)
    assert report.quality.computed_on == (5, 6)
    assert [(loss.aspect, loss.indicator and loss.indicator.code, loss.words) for loss in report.losses] == [
        (A.TIMELINESS, None, "迟报"),
        (A.VALIDITY, "SX01", follow_ups.follow_ups(cast.wang_anji)[0].message),
        (A.EVIDENCE, "SX04", "要求链接或文件，还没有附上"),
    ]
    assert quality_queries.report(cast.zhao_deqing, made.id, ANJI, period) is None

    board = quality_queries.board(cast.li_staff, made.id, period)
    assert board is not None
    assert [(unit.region, float(unit.quality.total or 0) > 0, unit.place, unit.of) for unit in board.units] == [
        ("德清县", False, 2, 2), ("安吉县", True, 1, 2),
    ]  # fmt: skip
    own = quality_queries.board(cast.wang_anji, made.id, period)
    assert own is not None
    assert [(unit.region_code, unit.place) for unit in own.units] == [(ANJI, None)]
    lines = exports.quality_csv(cast.li_staff, made.id, period).decode("utf-8-sig").splitlines()
    assert lines[2].startswith(
        f"{ANJI},安吉县,发达地区,66.91,1,35.29,2.00,2,0.00,0.00,1,25.74,1.75,2,,,,0.00,0.00,1,5.88,2.00,2"
    )

    doubt = follow_ups.follow_ups(cast.li_staff, states=(FollowUpState.OPEN,))[0]
    follow_up_service.accept(cast.li_staff, {doubt.id: doubt.version}, "台账核对属实")
    evidence_service.attach(cast.wang_anji, number, "SX04", [("台账.txt", "回访台账\n".encode())])
    assert (parts(made)[A.VALIDITY], parts(made)[A.EVIDENCE]) == ((2, 2), (1, 1))
    stored.move(cast.li_staff, number, SEND_BACK, "请核对分子")
    stored.save(cast.wang_anji, number, {"SX01": entry(90, 100, reason="漏统计")}, submit=True)
    assert parts(made)[A.CORRECTIONS] == (1, 2)


def test_a_waiver_and_an_old_value_outside_the_bounds(database: str, cast: Cast) -> None:
    """A rule the unit is excused from costs nothing; what came in before anybody asked the rule does."""
    made = stored.collection()
    day = clock.today()
    rule_service.waive(
        cast.li_staff,
        checked(
            WaiverIn, rule=quality_facts.PLAUSIBLE, region_code=ANJI, collection_id=made.id,
            starts_on=day - timedelta(days=90), ends_on=day + timedelta(days=30), reason="系统停机两周，台账补录中",
        ),
    )  # fmt: skip
    for region in (ANJI, DEQING):
        stored.hand_in(made.of(region), LOW)
    for doubt in follow_ups.follow_ups(cast.li_staff):
        assert doubt.region_code == DEQING
    assert parts(made)[A.VALIDITY] == (2, 2)
    assert parts(made, DEQING)[A.VALIDITY] == (Fraction(7, 4), 2)


def test_an_outlier_of_the_whole_series_costs_consistency(database: str, cast: Cast) -> None:
    first = stored.this_month().shift(-8)
    made = stored.collection(first=first, last=stored.this_month().shift(-1), indicators=("SX01",))
    for number, n in enumerate((901, 905, 898, 903, 560, 907, 900)):
        stored.hand_in(made.of(ANJI, str(first.shift(number))), {"SX01": entry(n, 1000)})
    with read() as session:
        facts = quality_facts.of_collection(session, made.id)
    assert parts(made)[A.CONSISTENCY] == (6, 7)
    wild = [loss for loss in quality_queries.losses(facts) if loss.aspect is A.CONSISTENCY]
    assert [(loss.period, loss.region_code) for loss in wild] == [(str(first.shift(4)), ANJI)]
    assert [row.period for row in quality_queries.trend(cast.wang_anji, made.id)] == [
        str(first.shift(number)) for number in range(7)
    ]


def test_a_county_sees_and_feeds_its_towns(page: Page, house: Path, cast: Cast) -> None:
    """Towns report through their county: their scores stand side by side on its page, and a batch may bring them."""
    with read() as session:
        codes = select(Region.code).where(col(Region.parent_code).in_((ANJI, DEQING))).order_by(col(Region.code))
        found = list(session.exec(codes))
    own, other = ([code for code in found if code.startswith(county)][:2] for county in (ANJI, DEQING))
    month = stored.this_month().shift(-1)
    made = stored.collection(regions=[*own, *other], indicators=("SX01",), first=month, last=month)
    rows = [(code, str(month), "SX01", "96", "100", "", "") for code in (*own, other[0])]
    wish = Wish(collection=str(made.id), partial=True)
    told = feed_service.load(cast.wang_anji, feeds.table(rows), "乡镇.csv", wish).told
    assert [item.finding.rule for item in told] == ["row.region"]  # the neighbour's town

    wang, zhao = cast.wang_anji, cast.zhao_deqing
    assert quality_queries.periods(wang, made.id) == [str(month)]
    board = quality_queries.board(wang, made.id, str(month))
    assert board is not None
    assert [unit.region_code for unit in board.units] == own
    assert board.together.total == 100
    assert (board.frozen, board.unkept) == (None, False)
    report = quality_queries.report(wang, made.id, own[0], str(month))
    assert report is not None
    assert [score.total for score in report.trend] == [100]
    assert quality_queries.report(zhao, made.id, own[0], str(month)) is None
    assert [(score.total, score.reckoning) for score in quality_queries.trend(wang, made.id)] == [
        (Fraction(100), Reckoning.OPEN)
    ]
    assert quality_queries.trend(zhao, made.id) == []
    app = page("quality", wang)
    assert not app.exception
    assert len(table(app, "quality_table")) == 2


def test_nothing_due_has_no_score(database: str, cast: Cast) -> None:
    made = stored.collection()
    with read() as session:
        assert quality_facts.of_collection(session, made.id).quality().total is None
    assert quality_queries.periods(cast.li_staff, made.id) == []
    assert quality_queries.board(cast.li_staff, made.id, stored.last_month()) is None


def test_the_pages_show_who_lost_what(page: Page, cast: Cast) -> None:
    made, period = late(), stored.last_month()
    stored.save(cast.wang_anji, made.of(ANJI), LOW, submit=True)
    app = page("quality", cast.li_staff)
    assert [(row[0], f"{row[2]:.1f}", row[3]) for row in table(app, "quality_table")] == [
        ("德清县", "0.0", "2 / 2"), ("安吉县", "66.9", "1 / 2"),
    ]  # fmt: skip
    own = page("quality", cast.wang_anji)
    assert [metric.value for metric in own.metric][:3] == ["66.9", "35.3 / 35", "0.0 / 18"]
    assert "按 5 / 6 个部分计算；一致性本期没有应查的" in words(own)
    assert [row[-1] for row in table(own, f"quality_timeliness_{ANJI}")] == ["迟报"]
    one = page("quality_unit", cast.li_staff, collection=made.id, region=DEQING, period=period)
    assert [row[1] for row in table(one, "quality_completeness")] == ["按时办结率", "回访满意率"]
    assert "没有找到" in words(page("quality_unit", cast.wang_anji, collection=made.id, region=DEQING, period=period))


def test_the_pilot_page_counts_the_same(demo_house: object, demo_cast: dict[str, object]) -> None:
    staff = demo_cast["liyan"]
    found = pilots.evaluate(staff, 1)  # type: ignore[arg-type]
    assert found is not None
    with read() as session:
        facts = quality_facts.of_collection(session, found.pilot.collection_id)
    assert found.quality == facts.quality()
    together = quality_queries.trend(staff, found.pilot.collection_id)  # type: ignore[arg-type]
    assert len(together) == len(set(facts.returns[facts.returns.due].period))
