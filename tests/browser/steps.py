"""What several journeys do: register a scenario, appraise it. Each step is what a person does and then sees."""

from __future__ import annotations

from collections.abc import Sequence

from core.words import Criterion
from tests.support.browser import Person

Duty = tuple[str, str, str]  # 事项, 责任单位, 责任人; "" leaves a cell empty


def register_scenario(
    li: Person, name: str, *, region: str, lead: str, summary: str, data: tuple[str, str], duties: Sequence[Duty]
) -> None:
    """On a need's page: register a scenario that answers it, and hand it in."""
    li.press("由此需求登记场景")
    li.fill("register_new_name", name)
    li.choose("register_new_domain", "民生服务")
    li.choose("register_new_lead", lead)
    li.choose("register_new_region", region)
    li.choose("register_new_level", "村（社区）")
    li.fill("register_new_summary", summary)
    for across, text in zip((0.25, 0.75), data, strict=True):
        li.cell("register_new_data", across, 0, text)
    for row, duty in enumerate(duties):
        for across, text in zip((0.33, 0.46, 0.64), duty, strict=True):
            if text:
                li.cell("register_new_duties", across, row, text)
    li.page.locator(".st-key-register_new_submit button").click()
    li.settle()
    li.sees("草稿")
    li.press("提交论证")
    li.sees("待论证")


def appraise(chen: Person, scenario: str) -> None:
    """Asked to review, 陈审 fills in the checklist and decides."""
    chen.visit(scenario)
    chen.press("论证情况")
    chen.sees("还没有指派论证人")
    chen.choose("appraisal_candidate", "陈审")
    chen.press("指派")
    for criterion in Criterion:
        chen.choose(f"appraisal_{criterion}_verdict", "符合")
        chen.fill(f"appraisal_{criterion}_finding", "走访核实，情况属实")
        chen.fill(f"appraisal_{criterion}_evidence", "走访记录和部门答复")
    chen.choose("appraisal_advice", "通过")
    chen.press("提交论证意见")
    chen.sees("可以作出决定")
    chen.page.locator(".st-key-appraisal_decision_kind").get_by_text("通过", exact=True).click()
    chen.fill("appraisal_decision_reason", "需求真实，责任清楚")
    chen.press("作出决定")
    chen.visit(scenario)
    chen.sees("已立项")
