"""Indicators, returns, validation, index systems."""

from __future__ import annotations

from core.words.base import Word


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
