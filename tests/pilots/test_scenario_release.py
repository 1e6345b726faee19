"""A scenario before the public: what goes out of its dossier, and when."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import col, select

from accounts.permissions import Actor
from core.errors import Conflict, Forbidden, Invalid, WrongState
from core.words import PersonalInformation, ScenarioState, SecurityLevel, Sharing
from db.session import read, write
from db.tables import Need, Scenario, ScenarioRelease
from pilots import public_scenarios, scenario_release_queries, scenario_release_service, scenario_releasing
from pilots.scenario_release_queries import Releasing
from pilots.scenario_releasing import Adopted, Asked, Used
from tests.support import count_queries

DOSSIER = {
    "name": "民呼我为", "domain": "信访维稳", "region": "安吉县", "level": "县级", "lead": "省信访局", "summary": "有事打 13812345678。",
    "needs": ["XQ-1 没人管"], "partners": ["省数据局　技术支撑　引擎"], "duties": ["受理 › 派单（省信访局）"], "reforms": ["乙 → 丙"],
    "data": ["热线库（省信访局）：去重", "警情库（省公安厅）：核对", "名单（省民政厅）：排除", "旧名（省数据局）：底数"],
}  # fmt: skip


def used(name: str, provider: str, purpose: str, sharing: Sharing, security: SecurityLevel) -> Used:
    return Used(name, provider, purpose, sharing, security, PersonalInformation.PERSONAL)


def test_what_goes_out_and_what_does_not() -> None:
    told = scenario_releasing.content(
        "CJ-1", "v1.0", DOSSIER,
        [Asked("XQ-1", "没人管", "同一件事报几遍", "来访群众"), Asked("XQ-2", "草稿里的需求", "后来加的", "")],
        [
            used("热线库", "省信访局", "去重", Sharing.CONDITIONAL, SecurityLevel.L3),
            used("警情库", "省公安厅", "核对", Sharing.CONDITIONAL, SecurityLevel.L4),
            used("名单", "省民政厅", "排除", Sharing.REFUSED, SecurityLevel.L2),
            used("新名", "省数据局", "底数", Sharing.OPEN, SecurityLevel.L1),
        ],
        [Adopted("330521", "德清县", "发达地区", date(2026, 3, 1)), Adopted("330523", "安吉县", "发达地区", date(2026, 1, 9))],
    )  # fmt: skip
    assert scenario_releasing.told(told) == [
        ("解决什么问题", ["没人管：同一件事报几遍（来访群众）"]),
        ("怎么做", ["有事打 〔电话〕。"]),
        ("牵头单位", ["省信访局"]),
        ("协同单位", ["省数据局　技术支撑　引擎"]),
        ("提出地区和治理层级", ["安吉县　县级"]),
        ("用到哪些数据", ["热线库（省信访局）：去重　含个人信息", "另有 3 类数据按规定不公开"]),
        ("已经在哪些地方用起来", ["发达地区 2 个：安吉县（2026.01）、德清县（2026.03）"]),
    ]
    assert (told["masked"], set(told) & {"duties", "reforms"}) == (1, set())
    assert scenario_releasing.changes(told, told | {"summary": "改了", "closed_data": 0}) == ["用到哪些数据", "怎么做"]


def test_a_name_is_pointed_at_and_left_to_whoever_releases() -> None:
    told = scenario_releasing.content("CJ-1", "v1.0", DOSSIER | {"design": "联系人张伟负责。\n每月一次。"}, [], [], [])
    assert scenario_releasing.doubtful(told) == ["联系人张伟负责。"]


def reminders(actor: Actor) -> list[tuple[str, list[str]]]:
    return [(row.name, list(row.changes)) for row in scenario_release_queries.outdated(actor)]


def previewed(actor: Actor, name: str) -> Releasing:
    with read() as session:
        number = session.exec(select(Scenario.id).where(Scenario.name == name)).one()
    found = scenario_release_queries.releasing(actor, number or 0)
    assert found is not None
    return found


def test_released_as_previewed_frozen_updated_and_withdrawn(demo_cast: dict[str, Actor]) -> None:
    li = demo_cast["liyan"]
    draft = previewed(li, "全民安心医保城市")
    assert ("草稿" in draft.held_back, draft.content) == (True, {})
    with pytest.raises(WrongState):
        scenario_release_service.release(li, draft.scenario_id, seen_digest=draft.digest)
    seen = previewed(li, "民呼我为")
    code = seen.code
    assert (seen.same, seen.changes) == (True, [])
    assert reminders(li) == [("危化品全链条安全风险智控", ["解决什么问题"])]  # the demo has one that waits
    with pytest.raises(WrongState, match="已经是这些内容"):
        scenario_release_service.release(li, seen.scenario_id, seen_digest=seen.digest)
    before = public_scenarios.find(code)
    assert before is not None
    with write() as session:
        session.get_one(Need, 1).description = "后来改写的说法"
        session.get_one(Scenario, seen.scenario_id).summary = "还没有定稿的说法"
    assert public_scenarios.find(code) == before
    again = previewed(li, "民呼我为")
    assert (again.same, again.changes, "还没有定稿的说法" in str(again.content)) == (False, ["解决什么问题"], False)
    assert ("民呼我为", ["解决什么问题"]) in reminders(li)
    with pytest.raises(Forbidden):
        reminders(demo_cast["wanganji"])
    with pytest.raises(Conflict):
        scenario_release_service.release(li, seen.scenario_id, seen_digest=seen.digest)
    with pytest.raises(Forbidden):
        scenario_release_service.release(demo_cast["wanganji"], seen.scenario_id, seen_digest=again.digest)
    scenario_release_service.release(li, seen.scenario_id, seen_digest=again.digest)
    assert "民呼我为" not in dict(reminders(li))
    after = public_scenarios.find(code)
    assert after is not None and "后来改写的说法" in str(after.content)
    shown = previewed(li, "民呼我为").shown
    assert shown is not None
    with pytest.raises(Invalid):
        scenario_release_service.withdraw(li, shown.id, " ", seen_version=shown.version)
    scenario_release_service.withdraw(li, shown.id, "核实后再公布", seen_version=shown.version)
    assert public_scenarios.find(code) is None  # nor the copy that was shown before
    with write() as session:
        for row in session.exec(select(Scenario)):
            row.state = ScenarioState.DRAFT
    assert {tuple(changes) for _, changes in reminders(li)} == {()}  # whatever they say, it is not to be read any more


def test_reminders_cost_the_same_for_one_and_for_many(demo_cast: dict[str, Actor]) -> None:
    with write() as session:
        for row in session.exec(select(ScenarioRelease)):
            row.content = {**row.content, "summary": "旧的"}
    li = demo_cast["liyan"]
    with count_queries() as for_many:
        assert len(reminders(li)) == 4
    with write() as session:
        first, *others = session.exec(select(ScenarioRelease).where(col(ScenarioRelease.withdrawn_at).is_(None))).all()
        for row in others:
            row.withdrawn_at = first.released_at
    with count_queries() as for_one:
        assert len(reminders(li)) == 1
    assert len(for_many) == len(for_one)


def test_found_by_words_pinyin_and_domain(demo_house: object) -> None:
    every = public_scenarios.scenarios()

    def names(words: str, domain: str = "") -> list[str]:
        return [row.content["name"] for row in public_scenarios.matching(every, words, domain)]

    assert names("信访") == names("minhu") == names("没人管到底") == names("", "信访维稳") == ["民呼我为"]
    assert names("信访", "民生服务") == []
    assert len(names("")) == len(every) == 4  # the fifth was withdrawn
