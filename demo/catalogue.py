"""The data catalogue of the demo province, and how far its scenarios have come with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import select

from accounts.permissions import Actor
from core import clock
from core.words import (
    ImpactConclusion,
    ItemType,
    Opening,
    PersonalInformation,
    Role,
    SecurityLevel,
    Sharing,
    SharingScheme,
)
from db.session import read
from db.tables import DataResource, Organisation, Scenario, ScenarioData
from scenarios import impact_service, request_service, resource_service, stages
from scenarios.resource_schemas import ApprovalIn, DataLinkIn, ImpactIn, ItemIn, PrivacyIn, ResourceIn

S, P, L = Sharing, PersonalInformation, SecurityLevel
# A letter or a scan would be here; the demo attaches a note that says so.
NOTE = "演示数据：这里应是加盖公章的扫描件。\n".encode()


@dataclass(frozen=True)
class DemoResource:
    """`items` as “名称:型” in the letters of the guide, 字符型 where no letter is given."""

    name: str
    provider: str
    sharing: Sharing
    cycle: str
    level: SecurityLevel
    personal: PersonalInformation
    class_code: str
    format: str
    items: str
    condition: str = ""
    opening: Opening | None = Opening.REFUSED
    opening_condition: str = ""


RESOURCES = (
    DemoResource(
        "12345热线工单库", "省信访局", S.CONDITIONAL, "每日", L.L2, P.PERSONAL, "307010", "接口",
        "工单编号 诉求人姓名 联系电话 诉求内容:M 诉求分类 所属地区 受理时间:T 办结时间:T 满意度:N",
        "用于诉求办理和分析，不得对外提供个人信息",
    ),
    DemoResource(
        "信访事项登记库", "省信访局", S.CONDITIONAL, "每日", L.L3, P.PERSONAL, "307010", "数据库",
        "信访事项编号 姓名 身份证号码 联系电话 家庭住址 信访事由:M 登记日期:D",
        "经信访局批准，限办理信访事项使用",
    ),
    DemoResource(
        "低保和特困人员信息", "省民政厅", S.CONDITIONAL, "每月", L.L3, P.SENSITIVE, "305020", "接口",
        "姓名 公民身份号码 家庭住址 救助类别 保障金额:Y 起保日期:D",
        "限救助帮扶核对使用，提供“是否在册”核验",
    ),
    DemoResource(
        "大额医疗支出提醒", "省卫生健康委员会", S.CONDITIONAL, "每月", L.L3, P.SENSITIVE, "305030", "接口",
        "姓名 公民身份号码 自付金额:Y 就诊月份 提醒等级",
        "限防贫监测使用，不提供病种",
    ),
    DemoResource(
        "失业登记信息", "省人力资源和社会保障厅", S.CONDITIONAL, "每月", L.L2, P.PERSONAL, "305040", "接口",
        "姓名 身份证号 失业登记日期:D 联系电话",
        "限就业帮扶和防贫监测使用",
    ),
    DemoResource(
        "持证残疾人信息", "省残疾人联合会", S.CONDITIONAL, "每月", L.L3, P.SENSITIVE, "305050", "电子表格",
        "姓名 公民身份号码 残疾类别 残疾等级 家庭住址",
        "限助残帮扶使用",
    ),
    DemoResource(
        "防返贫监测对象名单", "省农业农村厅", S.CONDITIONAL, "每月", L.L3, P.PERSONAL, "305060", "数据库",
        "姓名 公民身份号码 家庭住址 监测类型 家庭人口数:I 家庭年收入:Y",
        "限帮扶责任单位使用",
    ),
    DemoResource(
        "危险化学品企业名录", "省应急管理厅", S.OPEN, "每月", L.L1, P.NONE, "309010", "电子表格",
        "企业名称 统一社会信用代码 经营地址 许可范围 许可证有效期:D",
        opening=Opening.OPEN,
    ),
    DemoResource(
        "危化品道路运输电子运单", "省应急管理厅", S.CONDITIONAL, "实时", L.L2, P.NONE, "309010", "接口",
        "运单编号 托运企业名称 车牌号 货物品名 数量:N 实时位置:G 起运时间:T",
        "限安全监管使用",
    ),
    DemoResource(
        "重点污染源在线监测", "省生态环境厅", S.OPEN, "实时", L.L1, P.NONE, "310020", "接口",
        "企业名称 统一社会信用代码 排口名称 监测因子 浓度:N 监测时间:T",
        opening=Opening.OPEN,
    ),
    DemoResource(
        "企业登记注册信息", "省市场监督管理局", S.OPEN, "每日", L.L1, P.NONE, "308010", "接口",
        "企业名称 统一社会信用代码 法定代表人 经营地址 经营状态 成立日期:D",
        opening=Opening.OPEN,
    ),
    DemoResource(
        "行政检查记录", "省市场监督管理局", S.CONDITIONAL, "每日", L.L2, P.NONE, "308020", "数据库",
        "企业名称 统一社会信用代码 检查部门 检查日期:D 检查结果:M",
        "限执法统筹使用",
        opening=Opening.CONDITIONAL, opening_condition="脱敏后按年度公开检查结果",
    ),
    DemoResource(
        "矛盾纠纷调解台账", "省委政法委员会", S.CONDITIONAL, "每日", L.L3, P.PERSONAL, "307020", "数据库",
        "纠纷编号 当事人姓名 联系电话 纠纷类型 风险等级 调解结果:M",
        "限矛盾纠纷化解使用",
    ),
    DemoResource(
        "警情分类统计", "省公安厅", S.REFUSED, "每月", L.L4, P.SENSITIVE, "307030", "文档",
        "地区 警情类别 件数:I 统计月份",
        "依据公安工作国家秘密范围的规定",
    ),
    DemoResource(
        "网格事件库", "省委政法委员会", S.CONDITIONAL, "实时", L.L2, P.PERSONAL, "307020", "接口",
        "事件编号 上报人 事件类别 所属网格 事件描述:M 上报时间:T",
        "限基层治理使用",
    ),
    DemoResource(
        "供销服务网点目录", "省供销合作社联合社", S.OPEN, "每季", L.L1, P.NONE, "311010", "电子表格",
        "网点名称 地址 营业时间 服务项目:M",
        opening=Opening.OPEN,
    ),
    DemoResource(
        "基层报表目录", "省数据局", S.OPEN, "每季", L.L1, P.NONE, "301010", "电子表格",
        "报表名称 制发单位 填报周期 填报对象 指标数:I",
        opening=Opening.OPEN,
    ),
    # As it came out of an older system: what is missing shows as such.
    DemoResource("医保结算进度", "省医疗保障局", S.CONDITIONAL, "每日", L.L3, P.SENSITIVE, "", "", "", opening=None),
)  # fmt: skip

# Scenario, resource, fields needed, how far the request has come, and the reason of the last step.
REQUESTS = (
    ("民呼我为", "12345热线工单库", "诉求内容、诉求分类、所属地区、受理时间", stages.CONNECT, ""),
    ("民呼我为", "信访事项登记库", "信访事由、登记日期", stages.CONNECT, ""),
    ("民呼我为", "网格事件库", "事件类别、所属网格、事件描述", stages.GRANT, ""),
    ("危化品全链条安全风险智控", "危险化学品企业名录", "企业名称、统一社会信用代码", stages.CONNECT, ""),
    ("危化品全链条安全风险智控", "危化品道路运输电子运单", "车牌号、实时位置、货物品名", stages.CONNECT, ""),
    ("危化品全链条安全风险智控", "重点污染源在线监测", "企业名称、监测因子、浓度", stages.ASK, ""),
    ("重点人群防贫监测帮扶", "低保和特困人员信息", "公民身份号码、救助类别", stages.ASK, ""),
    ("重点人群防贫监测帮扶", "大额医疗支出提醒", "公民身份号码、自付金额", stages.GRANT, ""),
    ("重点人群防贫监测帮扶", "失业登记信息", "身份证号、失业登记日期", stages.CONNECT, ""),
    ("重点人群防贫监测帮扶", "持证残疾人信息", "公民身份号码、残疾等级", stages.DENY, "请先完成个人信息保护影响评估，并改为核验方式"),
    ("重点人群防贫监测帮扶", "防返贫监测对象名单", "姓名、公民身份号码、家庭住址", stages.CONNECT, ""),
    ("共享社·幸福里", "供销服务网点目录", "网点名称、地址", stages.CONNECT, ""),
    ("五环智控", "矛盾纠纷调解台账", "纠纷类型、风险等级、当事人姓名", stages.CONNECT, ""),
    ("五环智控", "网格事件库", "事件类别、事件描述", stages.ASK, ""),
    ("综合查一次", "企业登记注册信息", "企业名称、统一社会信用代码、经营状态", stages.CONNECT, ""),
    ("综合查一次", "行政检查记录", "检查部门、检查日期", stages.CONNECT, ""),
    ("基层报表一表通", "基层报表目录", "报表名称、制发单位", stages.CONNECT, ""),
    ("出租房智能管家", "警情分类统计", "警情类别、件数", stages.DENY, "不予共享：统计口径涉密"),
)  # fmt: skip
# Working backwards from today, in days: when requests were made.
_ASKED, _STEP = 96, 12


def resources(actor: Actor, organisations: dict[str, int]) -> None:
    """The catalogue, through the command that people use."""
    for number, item in enumerate(RESOURCES):
        opened = item.opening is Opening.CONDITIONAL
        approval = ApprovalIn(
            number="浙数发〔2025〕31号",
            authority="省数据局",
            approved_on=clock.today() - timedelta(days=200),
            files=[("开放批准文件（演示）.txt", NOTE)],
        )
        resource_service.add_resource(
            actor,
            ResourceIn(
                name=item.name,
                provider_id=organisations[item.provider],
                class_code=item.class_code,
                summary=f"{item.provider}汇集的{item.name}，{item.cycle}更新。" if item.class_code else "",
                format=item.format,
                sharing_scheme=SharingScheme.ZHEJIANG,
                sharing=item.sharing,
                sharing_condition=item.condition,
                sharing_method="接口调用" if item.format == "接口" else "文件交换" if item.format else "",
                opening=item.opening,
                opening_condition=item.opening_condition,
                update_cycle=item.cycle,
                released_on=clock.today() - timedelta(days=400 + 7 * number) if item.class_code else None,
                security_level=item.level,
                personal_information=item.personal,
                items=[_item(text) for text in item.items.split()],
            ),
            approval=approval if opened else None,
        )


def assessments(actor: Actor) -> None:
    """Before the pilots start: the scenario with sensitive data has its assessment."""
    scenario_id = _scenario("重点人群防贫监测帮扶")
    impact_service.record(
        actor,
        scenario_id,
        ImpactIn(
            done_on=clock.today() - timedelta(days=300),
            conclusion=ImpactConclusion.CONDITIONAL,
            summary="只比对身份号码和类别，不落地病种；比对结果仅推送村社核实人员，访问留痕，按季清理。",
            files=[("个人信息保护影响评估报告（演示）.txt", NOTE)],
        ),
    )


def requests() -> None:
    """Requests for data at every stage, each step by those whose step it is."""
    day = clock.today() - timedelta(days=_ASKED)
    for index, (scenario, resource, fields, last, reason) in enumerate(REQUESTS):
        with read() as session:
            link_id, lead, provider = session.exec(
                select(ScenarioData.id, Scenario.lead_organisation_id, DataResource.provider_id)
                .join(Scenario, Scenario.id == ScenarioData.scenario_id)  # type: ignore[arg-type]
                .join(DataResource, DataResource.id == ScenarioData.resource_id)  # type: ignore[arg-type]
                .where(Scenario.name == scenario, DataResource.name == resource)
            ).one()
            purpose = session.get_one(ScenarioData, link_id).purpose
        team, owner = _of(lead), _of(provider)
        request_service.edit_link(
            team,
            link_id or 0,
            DataLinkIn(resource_id=1, purpose=purpose, fields=fields),
            seen_version=_version(link_id),
        )
        answer = stages.DENY if last == stages.DENY else stages.GRANT
        path = [stages.ASK, answer, stages.CONNECT]
        # One waits since last week only, so that not everything that waits is overdue.
        asked = clock.today() - timedelta(days=6) if resource == "网格事件库" and last == stages.ASK else day
        for number, do in enumerate(path[: path.index(last) + 1]):
            on = asked + timedelta(days=_STEP * number + index % 3)
            words = reason if do == last else ""
            request_service.move(
                owner if do in stages.ANSWERS else team, link_id or 0, do, words, on=on, seen_version=_version(link_id)
            )


def later(actor: Actor) -> None:
    """What came out after its first pilot: the grading of risks is an automated decision and needs assessing."""
    scenario_id = _scenario("五环智控")
    with read() as session:
        version = session.get_one(Scenario, scenario_id).version
    data = PrivacyIn(sensitive_information=False, automated_decisions=True)
    impact_service.declare(actor, scenario_id, data, seen_version=version)


def _item(text: str) -> ItemIn:
    name, _, kind = text.partition(":")
    return ItemIn(name=name, type=ItemType(kind or "C"))


def _scenario(name: str) -> int:
    with read() as session:
        return session.exec(select(Scenario.id).where(Scenario.name == name)).one() or 0


def _of(organisation_id: int) -> Actor:
    """Somebody of an organisation, whether or not it has a demo account."""
    with read() as session:
        row = session.get_one(Organisation, organisation_id)
        return Actor(None, None, row.name, Role.DEPARTMENT, row.id, row.name)


def _version(link_id: int | None) -> int:
    with read() as session:
        return session.get_one(ScenarioData, link_id).version
