"""The plan page, and the gates as pages show them."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from core import clock
from core.errors import NotFound
from db.session import read
from pilots import money_service, plan_exports, plan_queries, service, stages
from tests.conftest import Page
from tests.pilots.support import DEVELOPED, approved_scenario, move, pilot_in, ready, running
from tests.pilots.test_money import PROOF, budget, payment, planned
from tests.scenarios.test_pages import widget
from tests.support import Cast
from tests.support.screens import words


def test_a_payment_beyond_its_line_warns_while_it_is_typed(page: Page, cast: Cast) -> None:
    pilot_id = running(cast)
    line = money_service.add_line(cast.li_staff, pilot_id, planned())
    app = page("plan", cast.li_staff, id=pilot_id, plan_part="经费")
    widget(app, "pay_0_amount").set_value("1,000.01 元").run()
    assert [item.value for item in app.warning] == [
        "“系统改造”预算 1,000.00 元，已支付 0.00 元；再付 1,000.01 元 将超支 0.01 元。"
    ]
    widget(app, "pay_0_purpose").set_value("首期款")
    widget(app, "pay_0_files").upload(*PROOF)
    widget(app, "pay_0_go").click().run()
    assert "将超支 0.01 元" in app.error[0].value
    widget(app, "pay_0_seen").check()
    widget(app, "pay_0_go").click().run()
    assert [(p.line_id, p.amount, p.paid_on) for p in budget(pilot_id).payments] == [(line, 100_001, clock.today())]
    assert "超出预算 0.01 元" in words(app)


def test_a_milestone_is_done_with_its_proof(page: Page, cast: Cast) -> None:
    pilot_id = running(cast)
    app = page("plan", cast.li_staff, id=pilot_id)
    with read() as session:
        (first,) = plan_queries.milestones_of(session, [pilot_id])[pilot_id]
    assert f"超期 {first.overdue(clock.today())} 天" in words(app)
    key = f"milestone_move_{first.id}_{first.version}"
    widget(app, f"{key}_go").click().run()
    assert "附凭证" in app.error[0].value
    widget(app, f"{key}_files").upload(*PROOF)
    widget(app, f"{key}_go").click().run()
    assert "超期" not in words(app).replace("没有超期", "")
    assert app.metric[0].value == "1 / 1"


def test_a_county_that_takes_part_finds_no_money(page: Page, cast: Cast) -> None:
    pilot_id = running(cast)
    money_service.pay(cast.li_staff, payment(money_service.add_line(cast.li_staff, pilot_id, planned())))
    app = page("plan", cast.wang_anji, id=pilot_id, plan_part="经费")
    assert widget(app, "plan_part").options == ["里程碑", "团队", "风险"]
    assert [metric.label for metric in app.metric] == ["里程碑", "未解除的风险"]
    assert "只有试点的牵头单位和研究院可以办理" in words(app)


def test_what_blocks_the_start_is_listed_before_anybody_presses(page: Page, cast: Cast) -> None:
    pilot_id = service.design(cast.li_staff, pilot_in(approved_scenario(cast), cast))
    move(cast.li_staff, pilot_id, stages.PROPOSE)
    for name in ("pilot", "plan"):
        app = page(name, cast.chen_staff, id=pilot_id)
        assert "启动前还差 2 项" in words(app)
    widget(app, "plan_gate_1").click().run()  # on the plan page itself the way leads to its part
    assert widget(app, "plan_part").value == "团队"
    ready(cast, pilot_id)
    assert "启动条件已齐" in words(page("pilot", cast.chen_staff, id=pilot_id))


def test_the_workbook_adds_up(cast: Cast) -> None:
    pilot_id = running(cast)
    line = money_service.add_line(cast.li_staff, pilot_id, planned())
    wrong = money_service.pay(cast.li_staff, payment(line))
    money_service.reverse(cast.li_staff, wrong, "=重复登记")
    money_service.pay(cast.li_staff, payment(line, "250.55"))
    book = openpyxl.load_workbook(BytesIO(plan_exports.budget_xlsx(cast.li_staff, pilot_id)))
    assert [[cell.value for cell in row][:5] for row in book["预算执行"].iter_rows(min_row=2)] == [
        ["系统改造", "省级专项", 1000, 250.55, 749.45],
        ["合计", "", 1000, 250.55, 749.45],
    ]
    assert [[cell.value for cell in row][3:8] for row in book["支付明细"].iter_rows(min_row=2)] == [
        [600, "首期款", "", None, ""],
        [-600, "冲销：首期款", "", wrong, "'=重复登记"],
        [250.55, "首期款", "", None, ""],
    ]


def test_the_workbench_says_what_plans_ask_for(page: Page, cast: Cast) -> None:
    pilot_id = running(cast)
    money_service.pay(cast.li_staff, payment(money_service.add_line(cast.li_staff, pilot_id, planned())))
    text = words(page("home", cast.li_staff))
    assert "里程碑超期 1 项" in text
    assert "经费超支" not in text
    assert "里程碑超期" not in words(page("home", cast.wang_anji))  # takes part, does not lead
    line = budget(pilot_id).lines[0].id
    money_service.pay(cast.li_staff, payment(line, "500"), overrun_seen=True)
    assert "经费超支：“系统改造”已支付 1,100.00 元，超出预算 100.00 元" in words(page("home", cast.li_staff))


def test_a_county_may_lead_without_taking_part(page: Page, cast: Cast) -> None:
    leading = {"lead_organisation_id": cast.wang_anji.organisation_id}
    pilot_id = running(cast, pilots=DEVELOPED[1:3], comparisons=DEVELOPED[3:5], **leading)
    for name in ("pilot", "plan", "home"):
        app = page(name, cast.wang_anji, id=pilot_id)
        assert len(app.exception) == 0
        assert [item.value for item in app.error] == []
    assert "里程碑超期 1 项" in words(app)


def test_the_picture_of_the_plan_is_a_file_too(cast: Cast) -> None:
    pilot_id = running(cast)
    lines = plan_exports.timeline_csv(cast.li_staff, pilot_id).decode("utf-8-sig").splitlines()
    assert lines[0] == "项目,内容,开始,结束或期限,状态,完成日期,说明或责任人"
    assert [line.split(",")[0] for line in lines[1:]] == ["阶段", "里程碑"]
    assert lines[2] == "里程碑,完成培训和系统对接,,2025-07-01,未开始,,省发展研究院"
    with pytest.raises(NotFound):
        plan_exports.timeline_csv(cast.zhao_deqing, 99)
