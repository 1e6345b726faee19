"""Promotion as people meet it in the demo province: plan, steps, who may, the page, the files."""

from __future__ import annotations

import io
from datetime import timedelta
from unittest.mock import Mock, call

import pandas as pd
import pytest
import time_machine
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlmodel import col, select
from streamlit.testing.v1 import AppTest

from accounts.permissions import Actor
from core import clock
from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.words import AdoptionState
from db import issuing
from db.session import read
from db.tables import AuditEvent, Pilot, ReportIssue
from pilots import promotion_exports as exports
from pilots import promotion_queries as queries
from pilots import promotion_service as service
from pilots import promotion_wording as wording
from pilots import queries as pilot_queries
from pilots.promotion_wording import adoption_rows
from pilots.schemas import AdoptionIn
from pilots.stages import DROP, GO_LIVE, PLAN, PREPARE
from tests.conftest import Page

SPREADING = "共享社·幸福里山区试点"


def pilot_id(name: str) -> int:
    with read() as session:
        return session.exec(select(Pilot.id).where(Pilot.name == name)).one() or 0


@pytest.fixture
def spreading(demo_house: object) -> int:
    return pilot_id(SPREADING)


def free(actor: Actor, number: int) -> str:
    """The county recommended first of those not on the plan."""
    listed = {view.region_code for view in queries.adoptions(actor, pilot_id=number)}
    found = queries.promotion(actor, number)
    assert found is not None
    return next(item.code for item in found.candidates if item.code not in listed)


def own(actor: Actor, number: int, code: str) -> queries.AdoptionView:
    return next(view for view in queries.adoptions(actor, pilot_id=number) if view.region_code == code)


def test_a_county_goes_from_the_plan_to_live_and_back(demo_cast: dict[str, Actor], spreading: int) -> None:
    li = demo_cast["liyan"]
    code = free(li, spreading)
    day = clock.today() - timedelta(days=30)
    assert service.plan(li, spreading, AdoptionIn(region_codes=[code], planned_on=day, note="第六批")) == 1
    view = own(li, spreading, code)
    assert (view.state, view.since, view.why.split("：")[0]) == (AdoptionState.PLANNED, day, "优先推广")
    # One without a date among others with one: a table column has one kind of value.
    assert set(adoption_rows(queries.adoptions(li, pilot_id=spreading))["计划上线"].map(type)) == {str}
    with pytest.raises(WrongState, match="都已在推广计划中"):
        service.plan(li, spreading, AdoptionIn(region_codes=[code]))
    with pytest.raises(Invalid, match="早于上一步"):
        service.move(li, view.id, PREPARE, seen_version=view.version, on=day - timedelta(days=1))
    with pytest.raises(Invalid, match="还没有到"):
        service.move(li, view.id, PREPARE, seen_version=view.version, on=clock.today() + timedelta(days=1))
    service.move(li, view.id, PREPARE, seen_version=view.version, on=day)
    with pytest.raises(Conflict):
        service.move(li, view.id, GO_LIVE, seen_version=view.version)
    service.move(li, view.id, GO_LIVE, seen_version=view.version + 1)
    cover = queries.cover(li, spreading, clock.today())
    assert cover is not None
    assert cover.words[code] == "已上线"
    with pytest.raises(Invalid, match="需要填写理由"):
        service.move(li, view.id, DROP, seen_version=view.version + 2)
    service.move(li, view.id, DROP, "网点撤并，改由邮政代办。", seen_version=view.version + 2)
    assert [step.do for step in own(li, spreading, code).steps] == [PLAN, PREPARE, GO_LIVE, DROP]
    with read() as session:
        events = session.exec(select(AuditEvent.action).where(AuditEvent.entity_id == str(view.id))).all()
    assert [event for event in events if event == "adoption:move"] == ["adoption:move"] * 3


def test_counties_report_their_own_and_nobody_elses(demo_cast: dict[str, Actor], spreading: int) -> None:
    """淳安 is on the plan; 安吉 was a pilot and has nothing to adopt."""
    li, anji = demo_cast["liyan"], demo_cast["wanganji"]
    view = queries.adoptions(li, pilot_id=spreading)[0]
    assert queries.adoptions(anji, pilot_id=spreading) == []
    with pytest.raises(NotFound):
        service.move(anji, view.id, GO_LIVE, seen_version=view.version)
    theirs = Actor(anji.account_id, None, "县里", anji.role, anji.organisation_id, "", view.region_code)
    with pytest.raises(Forbidden):
        service.move(theirs, view.id, DROP, "县里不想做了。", seen_version=view.version)
    service.move(theirs, view.id, GO_LIVE, seen_version=view.version)
    assert own(li, spreading, view.region_code).state is AdoptionState.LIVE
    for query in (
        lambda: queries.promotion(theirs, spreading),
        lambda: queries.cover(theirs, spreading, clock.today()),
    ):
        with pytest.raises(Forbidden):
            query()


def test_no_plan_without_a_verdict_that_allows_it(demo_cast: dict[str, Actor]) -> None:
    li = demo_cast["liyan"]
    with pytest.raises(WrongState, match="不能制定推广计划") as refused:
        service.plan(li, pilot_id("五环智控试点"), AdoptionIn(region_codes=["330127"]))
    assert "结论是“优化后再试”" in refused.value.remedy
    with pytest.raises(Invalid, match="不是可推广的地区"):
        service.plan(li, pilot_id(SPREADING), AdoptionIn(region_codes=["330523"]))  # it was a pilot county


def candidates(app: AppTest) -> pd.DataFrame:
    found: pd.DataFrame = next(table.value for table in app.dataframe if "距离" in table.value.columns)
    return found


def test_the_page_shows_a_day_and_says_why_not_yet(page: Page, demo_cast: dict[str, Actor], spreading: int) -> None:
    li = demo_cast["liyan"]
    early = page("promotion", li, id=spreading, promotion_day="2025-06-30")
    assert not early.exception
    assert [metric.value for metric in early.metric][:3] == ["12%", "9%", "23%"]  # 11, 6 and 5 pilot counties
    later = page("promotion", li, id=spreading)
    assert [metric.value for metric in later.metric][:3] == ["30%", "19%", "64%"]
    # What the map and the trend draw lies under them, each with its file.
    assert "各地区推广进展" in later.expander[0].label
    assert len(later.dataframe[0].value) == 90
    assert len(candidates(later)) == 90 - 11 - 25  # not the pilots, not those on the plan
    refused = page("promotion", li, id=pilot_id("危化品风险智控试点"))
    assert "转入推广" in refused.warning[0].value
    assert [expander.label for expander in refused.expander] == ["怎样比较，用了哪些数据"]


def test_the_page_takes_a_county_onto_the_plan(
    page: Page, demo_cast: dict[str, Actor], spreading: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    li = demo_cast["liyan"]
    code = free(li, spreading)
    evaluate = Mock(wraps=pilot_queries.evaluate)
    monkeypatch.setattr(pilot_queries, "evaluate", evaluate)
    app = page("promotion", li, id=spreading)
    assert evaluate.call_args_list == [call(li, spreading)]  # half a second, paid once
    app.multiselect(key="promotion_codes").set_value([code])
    app.button(key="promotion_go").click().run()
    assert [toast.value for toast in app.toast] == ["已把 1 个地区列入推广计划，状态为“计划推广”。"]
    assert own(li, spreading, code).state is AdoptionState.PLANNED


def test_the_files_say_what_the_page_says(demo_cast: dict[str, Actor], spreading: int) -> None:
    li = demo_cast["liyan"]
    found = queries.promotion(li, spreading)
    assert found is not None
    book = load_workbook(io.BytesIO(exports.workbook(li, spreading)))
    assert book.sheetnames == ["推广顺序", "比较因素", "推广进展", "覆盖率变化"]
    *_, whole, _, _ = list(book["覆盖率变化"].values)
    today = queries.cover(li, spreading, clock.today())
    assert today is not None
    assert whole == (str(today.day), "全省", today.shares[0].covered, 90, wording.percent(today.shares[0]))
    rows = list(book["推广顺序"].values)
    assert [row[1] for row in rows[1:]] == [item.name for item in found.candidates]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(exports.proposal(li, spreading))).pages)
    assert "推广建议书" in text
    assert found.candidates[0].name in text
    nowhere = "".join(page.extract_text() for page in PdfReader(io.BytesIO(exports.proposal(li, 3))).pages)
    assert "推广计划与进展" in text
    assert "推广计划与进展" not in nowhere  # a pilot that nobody has taken over yet prints without the table
    assert "附件3" in nowhere
    with pytest.raises(Forbidden):
        exports.workbook(demo_cast["wanganji"], spreading)


def test_a_proposal_is_found_again_by_its_number_and_says_what_it_changes(
    demo_cast: dict[str, Actor], spreading: int
) -> None:
    li = demo_cast["liyan"]
    nine = clock.end_of_day(clock.today()) + timedelta(hours=9)  # of one day, whatever the hour is now
    with time_machine.travel(nine, tick=False):
        first = exports.proposal(li, spreading)
    with time_machine.travel(nine + timedelta(hours=1), tick=False):
        assert exports.proposal(li, spreading) == first  # the same number, time and bytes
    with read() as session:
        kept = session.exec(
            select(ReportIssue).where(ReportIssue.kind == "promotion").order_by(col(ReportIssue.id).desc())
        ).first()
    assert kept is not None and kept.number.startswith("ZP-TG-")
    assert issuing.verify(kept.number, kept.inputs_hash[:12]) is not None
    service.plan(li, spreading, AdoptionIn(region_codes=[free(li, spreading)]))
    with time_machine.travel(nine + timedelta(hours=2), tick=False):
        changed = exports.proposal(li, spreading)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(changed)).pages)
    assert f"替代编号 {kept.number}" in text.replace("\n", "")


def test_factors_change_the_order_and_are_kept_apart(demo_cast: dict[str, Actor], spreading: int) -> None:
    found = queries.promotion(demo_cast["liyan"], spreading, (queries.GROUP,))
    assert found is not None
    assert {item.likeness.distance for item in found.candidates} == {0.0}
    assert [item.code for item in found.candidates] == sorted(item.code for item in found.candidates)
    assert found.covariates[0].source == "2025-05-28 起有效的名单"  # the same tomorrow


def test_factors_stay_in_the_address(page: Page, demo_cast: dict[str, Actor], spreading: int) -> None:
    """Opened from a shared link, the factors are those of the link and the link stays as it was."""
    app = page("promotion", demo_cast["liyan"], id=spreading, promotion_by="地区类型")
    assert app.multiselect(key="promotion_by").value == ["地区类型"]
    assert set(candidates(app)["距离"]) == {"0.00"}
    app.run()
    assert app.query_params["promotion_by"] == "地区类型"
