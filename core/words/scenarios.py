"""Needs, scenarios, data, responsibility lists, appraisal."""

from __future__ import annotations

from core.words.base import Word


class Asker(Word):
    PUBLIC = "public", "群众"
    ENTERPRISE = "enterprise", "企业"
    GRASSROOTS = "grassroots", "基层"
    DEPARTMENT = "department", "部门"


class NeedSource(Word):
    HOTLINE = "hotline", "12345热线"
    GRID = "grid", "网格上报"
    SURVEY = "survey", "问卷"
    VISIT = "visit", "走访"
    INSPECTION = "inspection", "督查"
    ENTERPRISE = "enterprise", "企业诉求"


class MovedKind(Word):
    """What moves from a merged need to the one that stays."""

    FILE = "file", "附件"
    SCENARIO = "scenario", "场景"
    TICKET = "ticket", "工单"


class ImportState(Word):
    WAITING = "waiting", "排队中"
    READING = "reading", "读取中"
    STORING = "storing", "保存中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"

    @property
    def ended(self) -> bool:
        return self in (ImportState.DONE, ImportState.FAILED)


class Satisfaction(Word):
    SATISFIED = "satisfied", "满意"
    FAIR = "fair", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"


class Rectification(Word):
    NONE = "none", "无需整改"
    ORDERED = "ordered", "责令整改"
    DONE = "done", "整改完成"


class ScenarioState(Word):
    DRAFT = "draft", "草稿"
    APPRAISAL = "appraisal", "待论证"
    RETURNED = "returned", "退回修改"
    REFUSED = "refused", "不予立项"
    APPROVED = "approved", "已立项"
    PILOTING = "piloting", "试点中"
    EVALUATING = "evaluating", "评估中"
    ITERATING = "iterating", "迭代中"
    PROMOTING = "promoting", "推广中"
    SUSPENDED = "suspended", "暂停"
    RETIRED = "retired", "已退出"


class PartnerRole(Word):
    """What an organisation does in a scenario beside the one that leads it."""

    COOPERATE = "cooperate", "协同单位"
    DATA = "data", "数据支撑"
    TECHNOLOGY = "technology", "技术支撑"
    OPERATE = "operate", "运行单位"
    GUIDE = "guide", "指导单位"


class OpeningState(Word):
    """场景开放: whether partners are still sought."""

    OPEN = "open", "开放中"
    CLOSED = "closed", "已结束"


class AnswerState(Word):
    WAITING = "waiting", "待答复"
    ACCEPTED = "accepted", "已采纳"
    DECLINED = "declined", "未采纳"
    WITHDRAWN = "withdrawn", "已撤回"


class Criterion(Word):
    """What an appraisal before approval looks at (前期论证)."""

    NEED = "need", "需求依据"
    USERS = "users", "真实用户意见"
    REUSE = "reuse", "可复用的既有系统"
    DATA = "data", "数据可得性"
    COST = "cost", "建设与运行成本"
    LEGAL = "legal", "法律依据"
    ELDERLY = "elderly", "老年人可用性"
    EXIT = "exit", "退出方案"


class FindingVerdict(Word):
    MET = "met", "符合"
    PARTLY = "partly", "部分符合"
    UNMET = "unmet", "不符合"
    NOT_APPLICABLE = "not_applicable", "不适用"


class Decision(Word):
    """How an appraisal ends. REDUCE approves a smaller scope that is written down (核减)."""

    PASS = "pass", "通过"
    REDUCE = "reduce", "核减"
    BACK = "back", "退回"
    REFUSE = "refuse", "不予立项"


class LikenessVerdict(Word):
    """What a reviewer makes of a similar scenario (应用查重)."""

    PASS = "pass", "通过（不重复）"
    REDUCE = "reduce", "核减重复部分"
    REFUSE = "refuse", "不予立项（重复）"


class SharingScheme(Word):
    NATIONAL = "national", "国家"
    ZHEJIANG = "zhejiang", "浙江省"


class Sharing(Word):
    """Sharing attribute; the label depends on the scheme, see `sharing_label`."""

    OPEN = "open", "无条件共享"
    CONDITIONAL = "conditional", "有条件共享"
    REFUSED = "refused", "不予共享"


def sharing_label(scheme: str, sharing: str) -> str:
    """国家：无条件／有条件／不予共享；浙江省：无条件／受限／不共享。"""
    if scheme == SharingScheme.ZHEJIANG:
        return {
            Sharing.OPEN: "无条件共享",
            Sharing.CONDITIONAL: "受限共享",
            Sharing.REFUSED: "不共享",
        }[Sharing(sharing)]
    return Sharing(sharing).label


class Opening(Word):
    """Opening attribute: whether the public may have it; the label depends on the scheme, see `opening_label`."""

    OPEN = "open", "无条件开放"
    CONDITIONAL = "conditional", "有条件开放"
    REFUSED = "refused", "不予开放"


def opening_label(scheme: str, opening: str) -> str:
    """国家：无条件／有条件／不予开放；浙江省：无条件／受限／不开放。"""
    if scheme == SharingScheme.ZHEJIANG:
        return {
            Opening.OPEN: "无条件开放",
            Opening.CONDITIONAL: "受限开放",
            Opening.REFUSED: "不开放",
        }[Opening(opening)]
    return Opening(opening).label


class ItemType(Word):
    """Types of information items, by the letters of 政务信息资源目录编制指南."""

    TEXT = "C", "字符型"
    NUMBER = "N", "数值型"
    MONEY = "Y", "货币型"
    DATE = "D", "日期型"
    TIME = "T", "日期时间型"
    LOGICAL = "L", "逻辑型"
    MEMO = "M", "备注型"
    OBJECT = "G", "通用型"
    DOUBLE = "B", "双精度型"
    INTEGER = "I", "整型"
    FLOAT = "F", "浮点型"


class SecurityLevel(Word):
    L1 = "L1", "L1"
    L2 = "L2", "L2"
    L3 = "L3", "L3"
    L4 = "L4", "L4（最敏感）"


class PersonalInformation(Word):
    NONE = "none", "不含个人信息"
    PERSONAL = "personal", "个人信息"
    SENSITIVE = "sensitive", "敏感个人信息"


class DataStatus(Word):
    NOT_REQUESTED = "not_requested", "未申请"
    REQUESTED = "requested", "申请中"
    GRANTED = "granted", "已批准"
    REFUSED = "refused", "被拒"
    CONNECTED = "connected", "已接入"


class DutyKind(Word):
    """The three levels of a responsibility list (颗粒匹配清单)."""

    BUSINESS = "business", "业务"
    STAGE = "stage", "环节"
    ITEM = "item", "最小颗粒"


class DutyPart(Word):
    """What an organisation has to do with an item. Not stored: it follows from the item."""

    RESPONSIBLE = "responsible", "责任"
    SUPPORTING = "supporting", "配合"
    PROVIDER = "provider", "供数"


class DutyAnswer(Word):
    """What an organisation says to an item of its own."""

    CONFIRM = "confirm", "确认"
    OBJECT = "object", "异议"


class Standing(Word):
    """How an organisation and an item stand to each other now. Not stored: the item may change any time."""

    PENDING = "pending", "未确认"
    CONFIRMED = "confirmed", "已确认"
    CHANGED = "changed", "有变更待确认"
    OBJECTED = "objected", "有异议"


class SourceOutcome(Word):
    """What was decided about an item that several hold (一数一源)."""

    SOURCE = "source", "明确唯一来源"
    SEPARATE = "separate", "确需各自采集"


class ImpactConclusion(Word):
    """What a 个人信息保护影响评估 came to."""

    PASS = "pass", "可以开展"
    CONDITIONAL = "conditional", "落实措施后可以开展"
    FAIL = "fail", "不可以开展"
