"""The rubrics that a new installation begins with (DOMAIN §9): for the annual selection, for challenges
and for accepting what came of them."""

from __future__ import annotations

from decimal import Decimal

from accounts.permissions import OPERATOR
from core.words import ReviewKind
from panels import rubric_service
from panels.schemas import CriterionIn, LevelIn, RubricIn

_LEVELS = ((90, "优"), (75, "良"), (60, "中"), (0, "差"))

# code, name, weight, what to look at, the words of the four levels.
_AWARD = (
    ("need", "需求真实性与问题导向", 15, "问题从哪里来，有没有数据、工单、走访记录",
     ("需求有连续数据支撑，群众和基层普遍反映", "需求有依据，范围较清楚", "需求有描述，依据不足", "看不出真实需求")),
    ("process", "机制与流程重塑", 20, "流程、职责、制度改了什么，是否可持续",
     ("流程重塑并有制度固化，责任到岗", "流程有实质改变，制度在完善", "以线上化为主，流程变化不大", "只是把原流程搬到线上")),
    ("sharing", "多跨协同与数据共享", 15, "跨部门、跨层级协同和数据共享的程度",
     ("多部门实时共享、闭环协同", "主要部门已共享，协同顺畅", "部分共享，靠人工衔接", "基本没有协同和共享")),
    ("effect", "实战实效（指标佐证）", 25, "看指标值、口径和与对照地区的比较，不看材料篇幅",
     ("关键指标显著优于对照且数据质量可靠", "关键指标有改善，数据基本可靠", "有改善迹象，证据不足", "没有可核验的成效")),
    ("gain", "群众与基层获得感", 10, "群众满意度、基层减负的实际变化",
     ("群众满意度和基层减负都有可核验的提升", "有一项明显提升", "有反映较好的个例", "没有变化或增加了负担")),
    ("spread", "可复制推广性", 10, "换一个县能不能做，要什么条件",
     ("条件清楚，已有其他地区成功复制", "条件清楚，可以复制", "依赖特殊条件", "难以复制")),
    ("safety", "安全合规", 5, "数据安全、个人信息保护和依法合规",
     ("评估、授权、留痕齐全", "主要要求已落实", "有欠缺但可整改", "有明显风险")),
)  # fmt: skip
_CHALLENGE = (
    ("match", "方案匹配度", 30, "方案是否正对榜单提出的难点和指标",
     ("逐条对应榜单指标且有验证办法", "主要指标有对应方案", "只对应部分指标", "答非所问")),
    ("technology", "技术可行性", 20, "技术路线、已有基础和风险",
     ("路线成熟，有同类应用", "路线可行，风险可控", "关键技术待验证", "难以实现")),
    ("safety", "数据与安全合规", 15, "数据来源、安全和个人信息保护",
     ("措施完整，责任清楚", "主要措施到位", "措施笼统", "有明显风险")),
    ("team", "团队与基础", 15, "人员、业绩和投入保障",
     ("核心人员稳定，有同类业绩", "人员和业绩基本满足", "经验不足", "难以承担")),
    ("spread", "可复制推广", 10, "成果能否在其他地区使用",
     ("标准化程度高，易于推广", "经调整可推广", "推广条件较多", "难以推广")),
    ("price", "进度与报价", 10, "进度安排和费用是否合理",
     ("进度紧凑、报价合理", "基本合理", "偏紧或偏高", "不合理")),
)  # fmt: skip
_ACCEPTANCE = (
    ("indicators", "指标达成", 40, "承诺的指标达到多少，数值能否核验",
     ("全部达到并有报送数值佐证", "主要指标达到，数据可靠", "部分达到，证据不足", "没有达到或无法核验")),
    ("delivery", "任务完成", 20, "任务书约定的内容和里程碑完成情况",
     ("全部按期完成", "按期完成，有个别调整", "延期或缺项较多", "没有完成")),
    ("use", "应用成效", 20, "试运行和基层使用情况",
     ("已稳定使用，基层反映好", "已使用，效果较好", "试用范围小", "没有实际使用")),
    ("safety", "数据与安全合规", 10, "数据使用、安全和个人信息保护",
     ("措施齐全，留痕完整", "主要措施到位", "有欠缺但可整改", "有明显风险")),
    ("papers", "资料与交接", 10, "源代码、文档、培训和运维交接",
     ("资料完整，交接到位", "资料基本完整", "资料有缺", "没有交接")),
)  # fmt: skip


def load() -> None:
    """Add the rubrics that are not there yet."""
    for kind, name, rows in (
        (ReviewKind.AWARD, "年度遴选评分标准", _AWARD),
        (ReviewKind.CHALLENGE, "揭榜挂帅评分标准", _CHALLENGE),
        (ReviewKind.ACCEPTANCE, "揭榜验收评分标准", _ACCEPTANCE),
    ):
        criteria = [
            CriterionIn(
                code=code,
                name=title,
                weight=Decimal(weight),
                words=words,
                levels=[
                    LevelIn(lowest=Decimal(lowest), name=level, words=text)
                    for (lowest, level), text in zip(_LEVELS, levels, strict=True)
                ],
                reason_below=Decimal(60),
                reason_from=Decimal(95),
            )
            for code, title, weight, words, levels in rows
        ]
        rubric_service.create_rubric(
            OPERATOR, RubricIn(name=name, kind=kind, criteria=criteria), nonce=f"default-{kind.value}"
        )
