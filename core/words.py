"""The words of the domain: every enumeration kept in the database, with its Chinese label.

Tables constrain their columns to these values and rooms decide by them; keeping the words on
the ground floor lets rules stay free of the database. A member is written VALUE, 标签.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A stored value with the label people read."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        if not label:  # optional only so that Role("admin") reads as a look-up to the type checker
            raise TypeError(f"{cls.__name__}.{value} needs a label")
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


# -- people ------------------------------------------------------------------


class Role(Word):
    ADMIN = "admin", "系统管理员"
    INSTITUTE = "institute", "研究院"
    COUNTY = "county", "县级团队"
    DEPARTMENT = "department", "部门"
    BIDDER = "bidder", "揭榜单位"
    JUDGE = "judge", "评审专家"


class OrganisationKind(Word):
    INSTITUTE = "institute", "研究机构"
    GOVERNMENT = "government", "党委政府"
    DEPARTMENT = "department", "部门"
    ENTERPRISE = "enterprise", "企业"
    SOCIAL = "social", "高校与社会组织"


# -- places ------------------------------------------------------------------


class RegionLevel(Word):
    PROVINCE = "province", "省"
    CITY = "city", "设区市"
    COUNTY = "county", "县（市、区）"
    ZONE = "zone", "功能区"
    TOWN = "town", "乡镇（街道）"

    @property
    def is_county(self) -> bool:
        """Whether it is what the system compares: a county or a functional zone that stands beside them."""
        return self in (RegionLevel.COUNTY, RegionLevel.ZONE)


class Side(Word):
    """The two sides of the developed / underdeveloped comparison."""

    DEVELOPED = "developed", "发达地区"
    UNDERDEVELOPED = "underdeveloped", "山区海岛县"
    OTHER = "other", "其他分组"


class GovernanceLevel(Word):
    CITY = "city", "市级"
    COUNTY = "county", "县级"
    TOWN = "town", "乡镇（街道）"
    VILLAGE = "village", "村（社区）"
    GRID = "grid", "网格"


# -- needs and scenarios -------------------------------------------------------


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


# -- responsibility lists --------------------------------------------------------


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


# -- data held twice, personal information -----------------------------------------


class SourceOutcome(Word):
    """What was decided about an item that several hold (一数一源)."""

    SOURCE = "source", "明确唯一来源"
    SEPARATE = "separate", "确需各自采集"


class ImpactConclusion(Word):
    """What a 个人信息保护影响评估 came to."""

    PASS = "pass", "可以开展"
    CONDITIONAL = "conditional", "落实措施后可以开展"
    FAIL = "fail", "不可以开展"


# -- indicators and returns ----------------------------------------------------


class Kind(Word):
    """What a value is. RATIO, MEAN and SCORE have a denominator; the others only a numerator."""

    COUNT = "count", "计数"
    RATIO = "ratio", "比率"
    MEAN = "mean", "均值"
    DURATION = "duration", "时长"
    MONEY = "money", "金额"
    INDEX = "index", "指数"
    SCORE = "score", "得分（按满分）"
    YES_NO = "yes_no", "是/否"

    @property
    def has_denominator(self) -> bool:
        return self in (Kind.RATIO, Kind.MEAN, Kind.SCORE)

    @property
    def is_share(self) -> bool:
        """The numerator is a part of the denominator, so n ≤ d always."""
        return self in (Kind.RATIO, Kind.SCORE)


class Direction(Word):
    HIGHER = "higher", "越高越好"
    LOWER = "lower", "越低越好"
    WITHIN = "within", "在区间内为好"

    @property
    def sign(self) -> int:
        return -1 if self is Direction.LOWER else 1


class Combine(Word):
    """How values of several regions (or periods) become one."""

    RATIO = "ratio", "Σ分子÷Σ分母"
    SUM = "sum", "求和"
    MEAN = "mean", "平均"
    LAST = "last", "取末期"
    MAX = "max", "取最大"
    NONE = "none", "不汇总"


class EvidenceKind(Word):
    """What has to stand behind a value."""

    NONE = "none", "不要求"
    LINK = "link", "链接或文件"
    FILE = "file", "文件"

    def satisfied(self, *, link: bool, file: bool) -> bool:
        """Whether what is there is enough; a file always is."""
        return file or self is EvidenceKind.NONE or (link and self is EvidenceKind.LINK)


class Accumulation(Word):
    """What a reported figure covers. Cumulative figures only grow within their window and are turned into
    figures of single periods wherever periods are compared (`metrics.accumulation`)."""

    PER_PERIOD = "per_period", "本期数"
    TO_DATE = "to_date", "累计至今"
    YEAR_TO_DATE = "year_to_date", "年初至今累计"

    @property
    def cumulative(self) -> bool:
        return self is not Accumulation.PER_PERIOD


class ValueState(Word):
    """Why there is, or is not, a number. Missing is never zero; not applicable is neither 0 nor 100."""

    REPORTED = "reported", "已报"
    ESTIMATED = "estimated", "估计"
    MISSING = "missing", "缺报"
    NOT_APPLICABLE = "not_applicable", "不适用"
    SUPPRESSED = "suppressed", "不公开"

    @property
    def has_value(self) -> bool:
        return self in (ValueState.REPORTED, ValueState.ESTIMATED)


class IndicatorRole(Word):
    GOAL = "goal", "目标指标"
    GUARDRAIL = "guardrail", "护栏指标"
    CONTEXT = "context", "背景指标"


class CollectionKind(Word):
    PILOT = "pilot", "试点报送"
    ASSESSMENT = "assessment", "月度考核"


class Arm(Word):
    PILOT = "pilot", "试点地区"
    COMPARISON = "comparison", "对照地区"
    MEMBER = "member", "考核单位"


class TargetKind(Word):
    BASELINE = "baseline", "基线值"
    TARGET = "target", "目标值"


class ReturnState(Word):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已提交"
    RETURNED = "returned", "退回"
    APPROVED = "approved", "已审核"
    LOCKED = "locked", "锁定"

    @property
    def counts(self) -> bool:
        """Values of drafts and of returned returns stay out of every aggregate."""
        return self in (ReturnState.SUBMITTED, ReturnState.APPROVED, ReturnState.LOCKED)


class RuleSeverity(Word):
    """How bad it is when a rule does not hold."""

    ERROR = "error", "错误"
    WARNING = "warning", "提醒"


class RuleScope(Word):
    """Which rows of which returns a rule is asked about."""

    ALL = "all", "全部报送"
    COLLECTION = "collection", "一个报送任务"
    INDICATOR = "indicator", "一个指标"


class RuleState(Word):
    DRAFT = "draft", "草稿"
    ACTIVE = "active", "启用"
    RETIRED = "retired", "停用"


class GraceKind(Word):
    """What one unit is granted for one period, with a reason and an end."""

    UNLOCK = "unlock", "解锁更正"
    EXTENSION = "extension", "延长期限"


class FollowUpState(Word):
    """A doubt about one stored value, from the rule that raised it to its answer."""

    OPEN = "open", "待答复"
    EXPLAINED = "explained", "已说明"
    ACCEPTED = "accepted", "已采信"
    CORRECTED = "corrected", "已更正"


class LeftOut(Word):
    """Why a county's value was not in the figures of a round when they were frozen."""

    NOT_HANDED_IN = "not_handed_in", "冻结时尚未提交"
    RETURNED = "returned", "冻结时已退回、尚未重报"
    UNREVIEWED = "unreviewed", "冻结时尚未审核"
    LATE = "late", "迟报"
    NOT_ASKED = "not_asked", "报送里没有这个指标"


# -- index systems -------------------------------------------------------------


class Weighting(Word):
    """How the indicators of an index system get their weights."""

    GIVEN = "given", "直接给定"
    AHP_EIGENVECTOR = "ahp_eigenvector", "层次分析法（特征向量法）"
    AHP_GEOMETRIC_MEAN = "ahp_geometric_mean", "层次分析法（方根法）"
    ENTROPY = "entropy", "熵权法"
    COMBINED = "combined", "组合赋权（主观＋熵权）"
    FULL_MARKS = "full_marks", "按各指标满分"

    @property
    def is_ahp(self) -> bool:
        return self in (Weighting.AHP_EIGENVECTOR, Weighting.AHP_GEOMETRIC_MEAN)

    @property
    def is_subjective(self) -> bool:
        return self is Weighting.GIVEN or self.is_ahp


class Aggregation(Word):
    """How one figure is made of many."""

    THRESHOLD = "threshold", "基准扣分法"
    WEIGHTED_SUM = "weighted_sum", "极差标准化后加权求和"
    TOPSIS = "topsis", "优劣解距离法"


class WeightScope(Word):
    """Over which units entropy weights are computed."""

    GROUP = "group", "各地区类型分别计算"
    ALL = "all", "全部单位一起计算"


# -- pilots --------------------------------------------------------------------


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


# -- panels --------------------------------------------------------------------


class ReviewKind(Word):
    """What a panel is called together for."""

    CHALLENGE = "challenge", "揭榜评审"
    AWARD = "award", "遴选评审"
    STANDING = "standing", "日常评审"


class PanelRule(Word):
    """How sheets become an entry's score (`panels.scores.panel_score`)."""

    MEAN = "mean", "平均分"
    DROP_EXTREMES = "drop_extremes", "去掉一个最高分和一个最低分后平均"
    MEDIAN = "median", "中位数"


class ReviewState(Word):
    PREPARING = "preparing", "筹备"
    RECUSING = "recusing", "回避申报"
    ASSIGNING = "assigning", "分配"
    SCORING = "scoring", "评分中"
    MODERATING = "moderating", "合议"
    FINALISING = "finalising", "待定稿"
    FINAL = "final", "已定稿"


class EntryState(Word):
    ACTIVE = "active", "参评"
    WITHDRAWN = "withdrawn", "已撤回"
    DISQUALIFIED = "disqualified", "取消资格"


class MemberRole(Word):
    """What somebody does in a panel. A shadow judge scores for practice; his marks count nowhere."""

    LEAD = "lead", "主评"
    JUDGE = "judge", "评委"
    SHADOW = "shadow", "见习评委"

    @property
    def counts(self) -> bool:
        return self is not MemberRole.SHADOW


class RecusalKind(Word):
    """Why somebody should step aside from an entry: said by himself or by staff, or found by the system."""

    DECLARED = "declared", "申报的利害关系"
    ORGANISATION = "organisation", "本单位"
    CREDIT_CODE = "credit_code", "信用代码相同"
    FORMER = "former", "近三年任职单位"
    COUNTY = "county", "本县（市、区）"
    TEAM = "team", "项目团队成员"


class RecusalState(Word):
    """A potential one blocks like a confirmed one, until somebody else has cleared it."""

    POTENTIAL = "potential", "待认定"
    CONFIRMED = "confirmed", "应回避"
    CLEARED = "cleared", "不需回避"

    @property
    def blocks(self) -> bool:
        return self is not RecusalState.CLEARED


class ReviewRound(Word):
    INITIAL = "initial", "独立评分"
    MODERATION = "moderation", "合议后评分"


class SheetState(Word):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已提交"
    UNLOCKED = "unlocked", "已解锁"
    ABSTAINED = "abstained", "弃权"
    RECUSED = "recused", "回避"
    VOID = "void", "作废"

    @property
    def done(self) -> bool:
        """Nothing more is expected of the judge."""
        return self not in (SheetState.DRAFT, SheetState.UNLOCKED)


class SheetDoor(Word):
    """By which way a version of a sheet came in."""

    PAGE = "page", "页面"
    WORKBOOK = "workbook", "离线评分表"
    SYSTEM = "system", "系统"


class ModerationOutcome(Word):
    KEEP = "keep", "维持原分"
    RESCORE = "rescore", "评委重新评分"


class SignatureKind(Word):
    PROPOSE = "propose", "提请定稿"
    CONFIRM = "confirm", "复核定稿"
    DISSENT = "dissent", "保留意见"


# -- challenges --------------------------------------------------------------


class ChallengeState(Word):
    DRAFT = "draft", "草稿"
    ARGUING = "arguing", "需求论证"
    REJECTED = "rejected", "论证驳回"
    READY = "ready", "待发榜"
    OPEN = "open_bids", "揭榜中"
    CHECKING = "checking", "资格审查"
    REVIEWING = "reviewing", "评审中"
    FAILED = "no_award", "流标"
    NOTICE = "notice", "公示中"
    PAUSED = "notice_paused", "公示暂停"
    SIGNING = "signing", "待签约"
    RUNNING = "carrying_out", "实施中"
    ACCEPTING = "accepting", "验收中"
    ACCEPTED = "accepted", "已验收"
    PAID = "paid_out", "已兑现"
    WITHDRAWN = "withdrawn", "已撤榜"
    TERMINATED = "terminated", "终止"


class BidState(Word):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已提交"
    ELIGIBLE = "eligible", "资格合格"
    INELIGIBLE = "ineligible", "资格不合格"
    REVIEWING = "reviewing", "评审中"
    LOST = "lost", "落选"
    CANDIDATE = "candidate", "拟中榜"
    WON = "won", "中榜"
    SIGNED = "signed", "已签约"
    WORKING = "working", "在研"
    PASSED = "passed", "验收通过"
    FAILED = "failed", "验收不通过"
    ELIMINATED = "eliminated", "淘汰"
    TERMINATED = "terminated", "终止"


class BidMilestoneState(Word):
    """A piece of contracted work of a challenge, until it is paid."""

    PENDING = "pending", "待交付"
    SUBMITTED = "submitted", "待核查"
    CHECKED = "checked", "待复核"
    RECTIFYING = "rectifying", "整改中"
    PASSED = "passed", "已通过"
    FAILED = "failed", "不通过"
    PAID = "paid", "已支付"
