"""Inputs as people would enter them; tests change the one thing they are about."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts import queries as people
from accounts.permissions import Actor
from core.words import (
    Asker,
    Criterion,
    Decision,
    FindingVerdict,
    GovernanceLevel,
    LikenessVerdict,
    NeedSource,
    PersonalInformation,
    SecurityLevel,
    Sharing,
    SharingScheme,
)
from scenarios import appraisal_queries, appraisal_service, duty_service, need_service, queries, service, stages
from scenarios.appraisal_schemas import DecisionIn, FindingIn, JudgementIn, SheetIn
from scenarios.duty_rules import Place, Where
from scenarios.resource_schemas import ResourceIn
from scenarios.schemas import BranchIn, NeedIn, ScenarioIn
from tests.scenarios.lists import CIVIL, item, node
from tests.support import Cast


def need_in(region_code: str = "330523", **changes: Any) -> NeedIn:
    values: dict[str, Any] = {
        "title": "危房巡查发现不及时",
        "description": "雨季巡查靠人工登记，隐患上报平均要三天，群众多次来电。",
        "asker": Asker.PUBLIC,
        "level": GovernanceLevel.TOWN,
        "region_code": region_code,
        "source": NeedSource.HOTLINE,
        "events": 60,
        "events_from": date(2026, 1, 1),
        "events_to": date(2026, 3, 31),
        "severity": 3,
    }
    return NeedIn(**{**values, **changes})


def resource_in(provider_id: int, **changes: Any) -> ResourceIn:
    values: dict[str, Any] = {
        "name": "城乡危房台账",
        "provider_id": provider_id,
        "sharing_scheme": SharingScheme.ZHEJIANG,
        "sharing": Sharing.CONDITIONAL,
        "update_cycle": "每月",
        "security_level": SecurityLevel.L2,
        "personal_information": PersonalInformation.PERSONAL,
    }
    return ResourceIn(**{**values, **changes})


def scenario_in(actor: Actor, needs: list[int], region_code: str = "330523", **changes: Any) -> ScenarioIn:
    own = actor.organisation_id
    values: dict[str, Any] = {
        "name": "危房智能巡查",
        "domain": "公共安全",
        "summary": "以物联感知代替人工登记，隐患自动派单到村。",
        "level": GovernanceLevel.COUNTY,
        "lead_organisation_id": own,
        "region_code": region_code,
        "needs": needs,
        "data": [{"new": resource_in(own or 0, name=f"危房台账{len(needs)}"), "purpose": "核对房屋等级"}],
        "responsibilities": [
            {
                "business": "危房治理",
                "stage": "巡查",
                "name": "隐患核实",
                "organisation_id": own,
                "owner": "网格员",
                "time_limit": "2 个工作日",
                "legal_basis": "浙江省房屋使用安全管理条例",
            }
        ],
    }
    return ScenarioIn(**{**values, **changes})


def organisation_id(actor: Actor, name: str) -> int:
    return next(found.id for found in people.organisations(actor) if found.name == name)


def detail(actor: Actor, scenario_id: int) -> queries.ScenarioDetail:
    found = queries.scenario(actor, scenario_id)
    assert found is not None
    return found


def move(actor: Actor, scenario_id: int, do: str, reason: str = "") -> None:
    """Take a step by the command it belongs to: a decision comes with the appraisal that leads to it."""
    decision = next((key for key, step in stages.BY_APPRAISAL.items() if step == do), None)
    if decision is None:
        service.move(actor, scenario_id, do, reason, seen_version=detail(actor, scenario_id).version)
    else:
        review(actor, actor, scenario_id)
        decide(actor, scenario_id, decision, reason or "清单齐全，同意论证意见")


def sheet_in(**changes: Any) -> SheetIn:
    """A complete sheet, as nobody has written on it yet."""
    findings = [
        FindingIn(
            criterion=criterion, verdict=FindingVerdict.MET, finding="材料齐全，情况属实", evidence="论证材料第1册"
        )
        for criterion in Criterion
    ]
    return SheetIn(**{"findings": findings, "advice": Decision.PASS, "opinion": "同意立项", **changes})


def appraisal(actor: Actor, scenario_id: int) -> appraisal_queries.AppraisalView:
    return appraisal_queries.rounds(actor, scenario_id)[0]


def review(staff: Actor, reviewer: Actor, scenario_id: int) -> None:
    """Staff ask somebody, who hands in a complete sheet and judges what is alike."""
    assert reviewer.account_id is not None
    appraisal_service.assign(staff, scenario_id, reviewer.account_id)
    appraisal_service.save_sheet(reviewer, scenario_id, sheet_in(), submit=True)
    for match in appraisal(staff, scenario_id).matches:
        judged = JudgementIn(judgement=LikenessVerdict.PASS, note="对象和流程都不同")
        appraisal_service.judge_match(staff, scenario_id, match.id, judged, seen_version=match.version)


def decide(actor: Actor, scenario_id: int, decision: Decision, reason: str, scope: str = "") -> None:
    scope = scope or ("只建设巡查派单部分" if decision is Decision.REDUCE else "")
    data = DecisionIn(decision=decision, reason=reason, scope=scope)
    appraisal_service.decide(actor, scenario_id, data, seen_version=appraisal(actor, scenario_id).version)


@pytest.fixture
def need(cast: Cast) -> int:
    """A need of 安吉, registered by its county team."""
    return need_service.register_need(cast.wang_anji, need_in())


@pytest.fixture
def draft(cast: Cast, need: int) -> int:
    """A draft scenario of 安吉, registered by its county team."""
    return service.register_scenario(cast.wang_anji, scenario_in(cast.wang_anji, [need]), nonce="draft")


@pytest.fixture
def approved(cast: Cast, draft: int) -> int:
    """The same after its appraisal."""
    move(cast.wang_anji, draft, "提交论证")
    move(cast.li_staff, draft, "论证通过")
    return draft


@pytest.fixture
def listing(cast: Cast, draft: int) -> int:
    """危房治理: 巡查 (隐患核实, 隐患上报) and 处置 (腾空加固)."""
    wang = cast.wang_anji
    stage = node(wang, draft, "巡查")
    duty_service.add_item(
        wang, draft, item("隐患上报", organisation_id=wang.organisation_id), Place(Where.UNDER, stage.id)
    )
    after = duty_service.add_branch(wang, draft, BranchIn(name="处置"), Place(Where.AFTER, stage.id))
    civil = organisation_id(wang, CIVIL)
    duty_service.add_item(
        wang,
        draft,
        item(
            "腾空加固",
            organisation_id=civil,
            supporting=[wang.organisation_id],
            trigger="鉴定为 D 级",
            inputs="鉴定报告",
            outputs="加固方案",
            data=[{"name": "危房鉴定结果", "provider_id": civil}],
        ),
        Place(Where.UNDER, after),
    )
    return draft
