"""Responsibility lists of the demo province told in full, and what organisations said to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.permissions import Actor
from core.words import DutyAnswer
from scenarios import agreement_service, duty_queries, duty_service, schemas
from scenarios.duty_rules import Place, Where
from scenarios.duty_tree import Node

ANJI, JINGNING = "330523", "331127"
LETTERS, DATA, CIVIL, FARMING = "省信访局", "省数据局", "省民政厅", "省农业农村厅"
MINUTES = ("权责会商纪要.txt", "《民呼我为》权责会商纪要\n各单位对清单所列事项无不同意见。\n".encode())


@dataclass(frozen=True)
class Told:
    """An item: its path, who answers for it, and what else is known. Organisations by name or county code."""

    path: str
    responsible: str | None
    owner: str = ""
    supporting: tuple[str, ...] = ()
    trigger: str = ""
    inputs: str = ""
    outputs: str = ""
    data: tuple[tuple[str, str | None], ...] = ()
    time_limit: str = ""
    legal_basis: str = "信访工作条例"


LISTS: dict[str, tuple[Told, ...]] = {
    "民呼我为": (
        Told("诉求办理/受理/诉求统一登记", LETTERS, "热线受理处", (ANJI,), "群众来电、来访、网格上报", "诉求内容、联系方式、地点", "诉求登记单", (("12345热线工单库", LETTERS), ("网格事件库", "省委政法委员会")), "当日"),
        Told("诉求办理/受理/去重合并与派单", LETTERS, "热线受理处", (DATA,), "诉求登记后", "诉求登记单", "派单通知", (("信访事项登记库", LETTERS),), "2小时"),
        Told("诉求办理/办理/首接单位签收", ANJI, "承办科室负责人", (), "收到派单", "派单通知", "签收回执", (), "4小时"),
        Told("诉求办理/办理/限时办理与到期提醒", ANJI, "承办科室负责人", (LETTERS,), "签收后", "派单通知、历史同类诉求", "办理答复", (("12345热线工单库", LETTERS),), "5个工作日"),
        Told("诉求办理/办理/疑难诉求会商", ANJI, "分管负责人", (LETTERS, "省委政法委员会"), "两次退单或涉及三个以上单位", "退单理由、各单位意见", "会商纪要和主办单位", (), "3个工作日"),
        Told("诉求办理/回访/办结回访与不满意督办", LETTERS, "回访组", (ANJI,), "办结后次日", "办理答复", "回访记录、督办单", (("12345热线工单库", LETTERS),), "3个工作日"),
        Told("数据共享/归集/热线与信访数据归集", DATA, "数据资源处", (LETTERS, ANJI), "每日零时", "各渠道诉求数据", "统一诉求库", (("12345热线工单库", LETTERS), ("信访事项登记库", LETTERS), ("网格事件库", "省委政法委员会")), "每日", "浙江省公共数据条例"),
    ),
    "重点人群防贫监测帮扶": (
        Told("监测/比对/五部门数据按月比对", FARMING, "防贫监测处", (CIVIL, DATA), "每月5日", "各部门当月数据", "疑似对象名单", (("低保和特困人员信息", CIVIL), ("大额医疗支出提醒", "省卫生健康委员会"), ("持证残疾人信息", "省残疾人联合会")), "每月8日前", "防止返贫监测和帮扶工作方案"),
        Told("监测/核实/入户核实", JINGNING, "驻村干部", (), "收到疑似对象名单", "疑似对象名单", "核实表", (("防返贫监测对象名单", FARMING),), "5个工作日", "防止返贫监测和帮扶工作方案"),
        Told("帮扶/落实/帮扶措施落实与反馈", CIVIL, "社会救助处", (FARMING, JINGNING), "核实属实", "核实表、家庭意愿", "帮扶方案、反馈表", (("低保和特困人员信息", CIVIL),), "10个工作日", "社会救助暂行办法"),
    ),
    "全民安心医保城市": (
        Told("报销/受理/异地就医报销受理", None, "", (), "参保人提出申请", "票据、病历", "受理单", (("医保结算进度", "省医疗保障局"), ("定点医院结算单", None)), "", ""),
    ),
}  # fmt: skip


def tell(actors: Mapping[str, Actor], organisations: Mapping[str, int], scenarios: Mapping[str, int]) -> None:
    """Write the lists, then let organisations answer: one confirms, one by staff with the minutes, one objects,
    and one finds an item changed since it confirmed."""
    li, wang, lan, zhou = (actors[name] for name in ("liyan", "wanganji", "lanjingning", "zhouminzheng"))
    for name, items in LISTS.items():
        for told in items:
            _write(li, scenarios[name], told, organisations)
    listed = _items(li, scenarios["民呼我为"])
    first = Place(Where.BEFORE, listed["诉求办理/受理/去重合并与派单"].id)
    duty_service.move(li, listed["诉求办理/受理/诉求统一登记"], first)
    letters, poverty = scenarios["民呼我为"], scenarios["重点人群防贫监测帮扶"]
    _say(wang, letters, organisations[ANJI], DutyAnswer.CONFIRM)
    _say(li, letters, organisations[LETTERS], DutyAnswer.CONFIRM, reason="会商会上书面同意", evidence=[MINUTES])
    _say(zhou, poverty, organisations[CIVIL], DutyAnswer.CONFIRM)
    _say(
        lan,
        poverty,
        organisations[JINGNING],
        DutyAnswer.OBJECT,
        reason="驻村干部人手不足，建议入户核实放宽到10个工作日",
    )
    seen = _items(li, poverty)["监测/比对/五部门数据按月比对"]
    duty_service.edit_item(li, seen, schemas.DutyIn(**_fields(seen) | {"time_limit": "每月10日前"}))


def _write(actor: Actor, scenario_id: int, told: Told, organisations: Mapping[str, int]) -> None:
    *above, name = told.path.split("/")
    values = {
        "name": name,
        "organisation_id": organisations[told.responsible] if told.responsible else None,
        "owner": told.owner,
        "supporting": [organisations[who] for who in told.supporting],
        "trigger": told.trigger,
        "inputs": told.inputs,
        "outputs": told.outputs,
        "data": [{"name": item, "provider_id": organisations[who] if who else None} for item, who in told.data],
        "time_limit": told.time_limit,
        "legal_basis": told.legal_basis,
    }
    known = _items(actor, scenario_id).get(told.path)
    if known:
        duty_service.edit_item(actor, known, schemas.DutyIn(**values))
    else:
        duty_service.add_path(actor, scenario_id, schemas.ResponsibilityIn(**values, business=above[0], stage=above[1]))


def _say(
    actor: Actor,
    scenario_id: int,
    organisation_id: int,
    said: DutyAnswer,
    paths: Sequence[str] = (),
    **more: Any,
) -> None:
    """To the items of these paths, or to all that concern the organisation."""
    seen = [
        node
        for path, node in _items(actor, scenario_id).items()
        if node.content is not None and organisation_id in node.content.parties and (not paths or path in paths)
    ]
    agreement_service.answer(actor, scenario_id, organisation_id, seen, said, **more)


def _items(actor: Actor, scenario_id: int) -> dict[str, Node]:
    found = duty_queries.duty_list(actor, scenario_id)
    assert found is not None
    return {"/".join(node.path): node for node in found.items}


def _fields(node: Node) -> dict[str, Any]:
    assert node.content is not None
    kept = node.content.as_json()
    kept["name"] = kept.pop("path")[-1]
    kept["data"] = [{"name": name, "provider_id": provider} for name, provider in kept["data"]]
    return kept
