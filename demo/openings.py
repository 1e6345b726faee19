"""What scenarios of the demo province open to partners, and what partners offered: an offer that waits, one
accepted, one declined, a search that has ended, one that nobody has answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from accounts.permissions import Actor
from core import clock
from core.words import OrganisationKind as K
from scenarios import opening_queries, opening_service, stages
from scenarios.opening_schemas import OfferIn, OpeningIn

# scenario, title, resources, conditions, audience, days left. The first is for departments only, so that
# there is one which an enterprise must not find.
OPENINGS = (
    (
        "重点人群防贫监测帮扶",
        "开放疑似对象名单接口，征集帮扶措施",
        "按月比对形成的疑似致贫对象名单（脱敏）、入户核实结果接口。",
        "承诺名单只用于救助帮扶，每月反馈落实情况。",
        (K.DEPARTMENT,),
        45,
    ),
    (
        "民呼我为",
        "开放脱敏工单，征集重复诉求识别算法",
        "近两年脱敏热线工单 20 万件、政务云测试环境、派单规则接口文档。",
        "算法须可解释、在政务云内运行，重复件识别准确率不低于 90%。",
        (K.ENTERPRISE, K.SOCIAL),
        30,
    ),
    (
        "综合查一次",
        "开放检查计划接口，征集企业预约小程序",
        "检查计划查询接口、企业基础信息（经企业授权）。",
        "不收取企业费用，数据不出政务云。",
        (K.ENTERPRISE, K.DEPARTMENT, K.GOVERNMENT),
        20,
    ),
    (
        "共享社·幸福里",
        "开放村社服务网点，征集代办服务单位",
        "首批 120 个村社网点的场地和代办员。",
        "服务价格公示，老年人可以不使用手机。",
        (K.ENTERPRISE, K.SOCIAL),
        10,
    ),
    (
        "海上综合智治",
        "开放渔港码头，征集船舶定位终端",
        "12 个渔港码头的安装场地、乡镇船舶名册（脱敏）。",
        "终端须支持北斗，五年内免费维护。",
        (K.ENTERPRISE,),
        60,
    ),
)
# who, number of the opening, proposal, contact, (step, reason) of the reply
OFFERS = (
    (
        "zhouminzheng",
        0,
        "低保边缘家庭先行救助，核实后 5 个工作日内落实临时救助金。",
        "救助处 周民政 0571-0000001",
        None,
    ),
    (
        "wujie",
        1,
        "以文本相似度加地址归一识别重复件，已在两个区试算，可提供三个月驻场。",
        "项目部 吴揭 0571-0000002",
        None,
    ),
    (
        "wujie",
        2,
        "提供企业预约小程序，含旺季避让和检查评价，两个月上线。",
        "项目部 吴揭 0571-0000002",
        (stages.ACCEPT, "方案成熟，请与市场监管局对接预约规则。"),
    ),
    (
        "wujie",
        3,
        "投放自助售货和缴费一体机，按流水分成。",
        "项目部 吴揭 0571-0000002",
        (stages.DECLINE, "网点以代办为主，自助设备不适合高龄老人。"),
    ),
)
ENDED = (3, "首批网点的代办单位已经选定。")


def tell(staff: Actor, people: Mapping[str, Actor], scenarios: Mapping[str, int]) -> None:
    made = [
        opening_service.publish(
            staff,
            scenarios[name],
            OpeningIn(
                title=title,
                resources=resources,
                conditions=conditions,
                audience=list(audience),
                deadline=clock.today() + timedelta(days=days),
            ),
            nonce=f"demo-opening-{title}",
        )
        for name, title, resources, conditions, audience, days in OPENINGS
    ]
    for who, number, proposal, contact, reply in OFFERS:
        offer = opening_service.answer(people[who], made[number], OfferIn(proposal=proposal, contact=contact))
        if reply:
            opening_service.move_answer(staff, offer, *reply, seen_version=1)
    number, reason = ENDED
    view = opening_queries.opening(staff, made[number])
    assert view is not None
    opening_service.move(staff, view.id, stages.CLOSE, reason, seen_version=view.version)
