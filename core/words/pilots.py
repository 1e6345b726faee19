"""Pilots, supervision, feedback, promotion, verdicts."""

from __future__ import annotations

from core.words.base import Word


class PilotState(Word):
    DESIGN = "design", "设计中"
    PENDING = "pending", "待启动"
    RUNNING = "running", "试点中"
    PAUSED = "paused", "暂停"
    EVALUATING = "evaluating", "评估中"
    PROMOTING = "promoting", "推广"
    FINISHED = "finished", "已结项"
    STOPPED = "stopped", "已终止"
    WITHDRAWN = "withdrawn", "已撤销"


class PhaseKind(Word):
    """What a stretch of a pilot is for."""

    TRIAL = "trial", "试点期"
    ITERATION = "iteration", "迭代后再试"
    PROMOTION = "promotion", "推广期"


class MilestoneState(Word):
    PLANNED = "planned", "未开始"
    DOING = "doing", "进行中"
    DONE = "done", "已完成"
    CANCELLED = "cancelled", "已取消"


class TeamRole(Word):
    LEADER = "leader", "负责人"
    MEMBER = "member", "成员"
    DATA = "data", "数据报送人"
    CONTACT = "contact", "联络人"
    EXPERT = "expert", "指导专家"


class RiskState(Word):
    WATCHED = "watched", "关注中"
    TREATED = "treated", "应对中"
    OCCURRED = "occurred", "已发生"
    CLOSED = "closed", "已解除"


class WatchBasis(Word):
    """What of a reported figure a trigger looks at."""

    VALUE = "value", "数值"
    CHANGE = "change", "比上期变化"


class WatchSide(Word):
    """Which side of its threshold trips a trigger; the threshold itself does."""

    ABOVE = "above", "达到或高于"
    BELOW = "below", "达到或低于"


class SupervisionMode(Word):
    TRIGGER = "trigger", "触发式监管"
    FULL = "full", "全程监管"


class SupervisionAction(Word):
    """The ladder of what supervision does, the mildest first."""

    REMIND = "remind", "提醒"
    TALK = "talk", "约谈"
    PAUSE = "pause", "暂停"
    EXIT = "exit", "退出"


class SupervisionState(Word):
    """Where a supervision order (督办单) stands."""

    OPEN = "open", "待回复"
    REPLIED = "replied", "已回复"
    RETURNED = "returned", "退回补充"
    ESCALATED = "escalated", "已升级"
    CLOSED = "closed", "已办结"

    @property
    def waits_for_reply(self) -> bool:
        return self in (SupervisionState.OPEN, SupervisionState.RETURNED, SupervisionState.ESCALATED)


class AlertState(Word):
    """How far an alert has come. Not stored: it follows from its orders and its explanation."""

    OPEN = "open", "待处置"
    ORDERED = "ordered", "督办中"
    EXPLAINED = "explained", "说明销号"
    CLOSED = "closed", "已办结"


class InspectionOutcome(Word):
    """What an inspector wrote down."""

    CLEAR = "clear", "未发现问题"
    PROBLEM = "problem", "发现问题"
    CANCELLED = "cancelled", "不再检查"


class InspectionState(Word):
    """Where a planned inspection stands; it follows from its record and its orders."""

    FOUND = "found", "待下达督办"
    PLANNED = "planned", "待检查"
    ORDERED = "ordered", "督办中"
    CLOSED = "closed", "已办结"
    CANCELLED = "cancelled", "已取消"

    @property
    def waits(self) -> bool:
        """Whether somebody has to act on it."""
        return self in (InspectionState.FOUND, InspectionState.PLANNED)


class ToleranceCondition(Word):
    """What must all hold for an error to be tolerated (容错认定)."""

    DIRECTION = "direction", "符合改革方向"
    RULES = "rules", "未违反禁止性、强制性规定"
    PROCEDURE = "procedure", "依法依规决策"
    DILIGENCE = "diligence", "勤勉尽责、未谋私利"
    REPAIR = "repair", "主动挽回损失、消除影响"


class ToleranceOutcome(Word):
    TOLERATED = "tolerated", "予以容错"
    PARTIAL = "partial", "部分容错"
    REFUSED = "refused", "不予容错"


class FeedbackKind(Word):
    """Where feedback on a pilot comes from."""

    PUBLIC = "public", "群众"
    GRASSROOTS = "grassroots", "基层干部"
    DEPARTMENT = "department", "部门"
    MONITORING = "monitoring", "监测"


class AdoptionState(Word):
    """How far a county has come with taking over what was tried out elsewhere."""

    PLANNED = "planned", "计划推广"
    PREPARING = "preparing", "准备中"
    LIVE = "live", "已上线"
    DROPPED = "dropped", "不再推广"


class Verdict(Word):
    PROMOTE = "promote", "推广"
    PROMOTE_IF = "promote_if", "有条件推广"
    CONTINUE = "continue", "继续试点"
    IMPROVE = "improve", "优化后再试"
    STOP = "stop", "终止"
    UNKNOWN = "unknown", "尚不能判断"


class RatingState(Word):
    """Of the words that somebody without an account wrote about a pilot."""

    WAITING = "waiting", "待审阅"
    SHOWN = "shown", "已公开"
    HIDDEN = "hidden", "不公开"
