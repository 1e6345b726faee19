"""The pages of an appraisal, run through the whole app."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.words import Criterion, Decision, FindingVerdict, LikenessVerdict, ScenarioState
from scenarios import appraisal_service, service
from tests.conftest import Page
from tests.scenarios.conftest import appraisal, decide, detail, move, review, scenario_in, sheet_in
from tests.support import Cast
from tests.support.screens import words


@pytest.fixture
def submitted(cast: Cast, draft: int) -> int:
    move(cast.wang_anji, draft, "提交论证")
    return draft


def widget(app: AppTest, key: str) -> Any:
    return app.get_by_key(key)


def test_an_appraisal_from_assignment_to_decision(page: Page, cast: Cast, submitted: int) -> None:
    app = page("appraisals", cast.li_staff)
    assert app.dataframe[0].value["进展"].tolist() == ["待指派论证人"]
    app = page("appraisal", cast.li_staff, id=submitted)
    assert "还没有指派论证人" in words(app)
    widget(app, "appraisal_candidate").set_value(cast.zhou_minzheng.account_id)
    app.run()
    widget(app, "appraisal_assign").click().run()
    assert [view.name for view in appraisal(cast.li_staff, submitted).reviewers] == ["周民政"]
    app = page("home", cast.zhou_minzheng)
    assert "个场景请您论证" in words(app)

    app = page("appraisal", cast.zhou_minzheng, id=submitted)
    widget(app, "appraisal_need_verdict").set_value(FindingVerdict.MET)
    widget(app, "appraisal_need_finding").set_value("近一年60件来电")
    widget(app, "appraisal_submit").click().run()
    assert app.error[0].value.replace("\\", "").splitlines()[:2] == [
        "- 需求依据：“符合”须写明依据或上传材料",
        "- 请选择建议",
    ]
    assert widget(app, "appraisal_need_finding").value == "近一年60件来电"  # nothing typed is lost
    widget(app, "appraisal_save").click().run()
    for criterion in Criterion:
        widget(app, f"appraisal_{criterion}_verdict").set_value(FindingVerdict.PARTLY)
        widget(app, f"appraisal_{criterion}_finding").set_value("基本属实，细节待补")
        widget(app, f"appraisal_{criterion}_evidence").set_value("座谈会纪要")
    widget(app, "appraisal_advice").set_value(Decision.REDUCE)
    widget(app, "appraisal_submit").click().run()
    assert not app.error
    assert appraisal(cast.li_staff, submitted).blockers == []

    app = page("appraisal", cast.li_staff, id=submitted)
    assert "可以作出决定" in words(app)
    assert "核减 1 人" in words(app)
    widget(app, "appraisal_decision_kind").set_value(Decision.REDUCE)
    widget(app, "appraisal_decision_reason").set_value("重复部分不建")
    widget(app, "appraisal_decide").click().run()
    assert "核减须写明" in app.error[0].value
    widget(app, "appraisal_decision_scope").set_value("只建设巡查派单部分")
    widget(app, "appraisal_decide").click().run()
    assert detail(cast.li_staff, submitted).row.state is ScenarioState.APPROVED
    said = words(page("appraisal", cast.wang_anji, id=submitted))
    assert "只建设巡查派单部分" in said
    assert "重复部分不建" in said
    assert "只建设巡查派单部分" in words(page("scenario", cast.wang_anji, id=submitted))


def test_what_is_alike_is_shown_and_judged(page: Page, cast: Cast, need: int, submitted: int) -> None:
    li = cast.chen_staff
    number = service.register_scenario(
        cast.li_staff, scenario_in(cast.zhao_deqing, [need], region_code="330521", data=[]), nonce="copy"
    )
    move(cast.li_staff, number, "提交论证")
    review_without_judging(cast, number)
    app = page("appraisal", li, id=number)
    said = words(app)
    assert "相似度 100%" in said
    assert "以物联感知代替人工登记" in said
    assert "相似场景还没有判断" in said
    assert "appraisal_decide" not in [button.key for button in app.button]
    (match,) = appraisal(li, number).matches
    widget(app, f"appraisal_judged_{match.id}").click().run()
    assert "判断：请从列表中选择" in app.error[0].value
    widget(app, f"appraisal_judgement_{match.id}").set_value(LikenessVerdict.PASS)
    widget(app, f"appraisal_note_{match.id}").set_value("两地各自运行")
    widget(app, f"appraisal_judged_{match.id}").click().run()
    assert appraisal(li, number).blockers == []
    assert "两地各自运行" in words(app)


def review_without_judging(cast: Cast, number: int) -> None:
    appraisal_service.assign(cast.chen_staff, number, cast.chen_staff.account_id or 0)
    appraisal_service.save_sheet(cast.chen_staff, number, sheet_in(), submit=True)


def test_a_reviewer_is_released_on_the_page(page: Page, cast: Cast, submitted: int) -> None:
    appraisal_service.assign(cast.li_staff, submitted, cast.zhou_minzheng.account_id or 0)
    app = page("appraisal", cast.li_staff, id=submitted)
    widget(app, "appraisal_release").click().run()
    assert "填写理由" in app.error[0].value
    widget(app, "appraisal_release_reason").set_value("出差不能参加")
    widget(app, "appraisal_release").click().run()
    assert appraisal(cast.li_staff, submitted).reviewers == []


def test_the_owner_waits_and_outsiders_see_nothing(page: Page, cast: Cast, submitted: int) -> None:
    assert "在决定后向登记单位" in words(page("appraisal", cast.wang_anji, id=submitted))
    assert "没有找到" in page("appraisal", cast.zhao_deqing, id=submitted).warning[-1].value
    assert "没有请您论证的场景" in words(page("appraisals", cast.zhou_minzheng))


def test_a_scenario_sent_back_shows_why_on_the_workbench(page: Page, cast: Cast, submitted: int) -> None:
    review(cast.li_staff, cast.chen_staff, submitted)
    decide(cast.li_staff, submitted, Decision.BACK, "请补充法律依据")
    assert "个场景被退回" in words(page("home", cast.wang_anji))
    assert "请补充法律依据" in words(page("scenario", cast.wang_anji, id=submitted))
    move(cast.wang_anji, submitted, "提交论证")
    assert "请补充法律依据" in words(page("appraisal", cast.li_staff, id=submitted))  # the round before


def test_a_scenario_never_submitted_has_no_appraisal(page: Page, cast: Cast, draft: int) -> None:
    assert "还没有提交论证" in words(page("appraisal", cast.wang_anji, id=draft))
