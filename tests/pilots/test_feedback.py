"""Feedback on a pilot from four kinds of people, its answers, and the iterations that come of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
import time_machine
from sqlmodel import select

from core import clock
from core.errors import AppError, Conflict, Forbidden, Invalid, NotFound, WrongState
from core.words import FeedbackKind, PhaseKind, PilotState, ScenarioState
from db.session import read
from db.tables import AuditEvent, Feedback, Pilot, Scenario
from pilots import feedback_queries, feedback_service, phases, queries, stages
from pilots.supervision_schemas import FeedbackIn, IterationIn
from tests.pilots.support import move, running
from tests.support import Cast

ANJI = "330523"
SAID = "家住递铺街道的王晓燕说，打了三遍13812345678也没人回，身份证330523198001011234登记了两次。"


def at(day: date) -> Any:
    return time_machine.travel(datetime.combine(day, time(12), clock.BEIJING), tick=False)


def said(pilot_id: int, **changes: Any) -> FeedbackIn:
    values: dict[str, Any] = {
        "pilot_id": pilot_id,
        "kind": FeedbackKind.PUBLIC,
        "region_code": ANJI,
        "source": "入户走访",
        "text": "办结以后没有人回访，不知道结果。",
        "received_on": date(2026, 3, 2),
    }
    return FeedbackIn(**(values | changes))


def refused(kind: type[AppError], call: Callable[[], Any], words: str = "") -> None:
    with pytest.raises(kind) as caught:
        call()
    assert words in str(caught.value)


def version(feedback_id: int) -> int:
    with read() as session:
        return session.get_one(Feedback, feedback_id).version


def test_what_citizens_say_is_kept_without_personal_data(cast: Cast) -> None:
    pilot_id = running(cast)
    feedback_service.log(cast.wang_anji, said(pilot_id, text=SAID, source="市民王晓燕来访"))
    with read() as session:
        row = session.exec(select(Feedback)).one()
    assert row.text == "家住递铺街道的王某说，打了三遍〔电话〕也没人回，身份证〔证件号〕登记了两次。"
    assert row.source == "市民王某来访"
    assert row.masked == 4
    with read() as session:
        assert not [event for event in session.exec(select(AuditEvent)) if "王晓燕" in str(event.changes)]


def test_feedback_is_logged_and_answered_by_those_concerned(cast: Cast) -> None:
    pilot_id = running(cast)
    log, answer = feedback_service.log, feedback_service.answer
    with at(date(2026, 3, 9)):
        refused(Forbidden, lambda: log(cast.zhao_deqing, said(pilot_id)), "本地区")
        refused(NotFound, lambda: log(cast.zhou_minzheng, said(pilot_id)))
        refused(Invalid, lambda: log(cast.li_staff, said(pilot_id, received_on=date(2026, 3, 10))), "不能晚于今天")
        number = log(cast.wang_anji, said(pilot_id), [("走访记录.txt", "三户\n".encode())], nonce="n")
        assert log(cast.wang_anji, said(pilot_id), nonce="n") == number
        log(cast.li_staff, said(pilot_id, kind=FeedbackKind.MONITORING, source="月度监测", region_code=None))
    with at(date(2026, 3, 11)):
        (mine,) = feedback_queries.feedback(cast.wang_anji)
        assert (mine.waited, mine.open, bool(mine.answers), mine.logged_by) == (7, True, True, "王安吉")
        assert feedback_queries.attachment(cast.wang_anji, number, mine.files[0].id) == "三户\n".encode()
        assert feedback_queries.feedback(cast.zhao_deqing) == []
        refused(NotFound, lambda: feedback_queries.attachment(cast.zhao_deqing, number, mine.files[0].id))
        refused(NotFound, lambda: answer(cast.zhao_deqing, number, "已安排回访员", seen_version=1))
        refused(Invalid, lambda: answer(cast.wang_anji, number, "知道了", seen_version=1), "不少于 6 个字")
        refused(Conflict, lambda: answer(cast.wang_anji, number, "办结三日内由网格员回访", seen_version=9))
        answer(cast.wang_anji, number, "办结三日内由网格员回访", seen_version=1)
        refused(
            WrongState, lambda: answer(cast.li_staff, number, "办结三日内回访", seen_version=2), "已于 2026-03-11 答复"
        )
    with at(date(2026, 4, 1)):
        assert [(v.kind, v.open, v.waited) for v in feedback_queries.feedback(cast.li_staff)] == [
            (FeedbackKind.MONITORING, True, 22),
            (FeedbackKind.PUBLIC, False, 7),  # the wait ended with the answer
        ]
        assert feedback_queries.counts(cast.li_staff) == {FeedbackKind.MONITORING: 1}


def test_an_iteration_opens_a_version_and_a_phase_and_answers_its_feedback(database: str, cast: Cast) -> None:
    pilot_id = running(cast)
    first = feedback_service.log(cast.wang_anji, said(pilot_id))
    second = feedback_service.log(cast.li_staff, said(pilot_id, kind=FeedbackKind.GRASSROOTS, source="座谈会"))
    feedback_service.answer(cast.li_staff, second, "下一版合并两张表", seen_version=1)

    def wanted(**changes: Any) -> IterationIn:
        values: dict[str, Any] = {
            "feedback": [first, second],
            "changes": "办结后三日内回访，两张表并为一张。",
            "reason": "群众不知道结果，基层重复填表",
            "start_on": date(2026, 4, 1),
        }
        return IterationIn(**(values | changes))

    iterate = feedback_service.iterate
    refused(Forbidden, lambda: iterate(cast.wang_anji, pilot_id, wanted()))
    refused(Invalid, lambda: iterate(cast.li_staff, pilot_id, wanted(start_on=date(2026, 4, 15))), "1 日开始")
    refused(Invalid, lambda: iterate(cast.li_staff, pilot_id, wanted(start_on=date(2026, 7, 1))), "不早于试点结束")
    refused(NotFound, lambda: iterate(cast.li_staff, pilot_id, wanted(feedback=[first, 99])))
    refused(Invalid, lambda: iterate(cast.li_staff, pilot_id, wanted(start_on=date(2025, 7, 1))))
    with read() as session:  # what was refused left nothing behind
        pilot = session.get_one(Pilot, pilot_id)
        assert session.get_one(Scenario, pilot.scenario_id).state is ScenarioState.PILOTING
        assert feedback_queries.iterations(cast.li_staff, pilot_id) == []
    move(cast.li_staff, pilot_id, stages.PAUSE, "先停下来改进")
    number = iterate(cast.li_staff, pilot_id, wanted(), nonce="once")
    assert iterate(cast.li_staff, pilot_id, wanted(), nonce="once") == number

    (found,) = feedback_queries.iterations(cast.wang_anji, pilot_id)
    assert (found.name, found.version_before, found.scenario_version) == ("第 1 次迭代", "v1.0", "v1.1")
    assert (found.phase, found.phase_start_on, found.phase_end_on) == (
        "迭代后（v1.1）",
        date(2026, 4, 1),
        date(2026, 6, 30),
    )
    known = queries.phases(cast.li_staff, pilot_id)
    assert [(p.scenario_version, p.kind, p.end_on, p.iteration_id) for p in known] == [
        ("v1.0", PhaseKind.TRIAL, date(2026, 3, 31), None),
        ("v1.1", PhaseKind.ITERATION, date(2026, 6, 30), number),
    ]
    assert phases.breaks(known) == [date(2026, 4, 1)]
    view = queries.pilot(cast.li_staff, pilot_id)
    assert view is not None
    assert (view.state, view.scenario_version) == (PilotState.RUNNING, "v1.1")
    with read() as session:
        assert session.get_one(Scenario, view.scenario_id).state is ScenarioState.PILOTING
    answers = {v.id: (v.answer, v.iteration) for v in feedback_queries.feedback(cast.li_staff)}
    assert answers == {
        first: ("已采纳，在第 1 次迭代（v1.1）中改进：办结后三日内回访，两张表并为一张。", "第 1 次迭代"),
        second: ("下一版合并两张表", "第 1 次迭代"),
    }
    refused(WrongState, lambda: iterate(cast.li_staff, pilot_id, wanted()), "已在以前的迭代中回应")
    assert version(first) == 2
