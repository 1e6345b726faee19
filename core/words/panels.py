"""Judging."""

from __future__ import annotations

from core.words.base import Word


class ReviewKind(Word):
    """What a panel is called together for."""

    CHALLENGE = "challenge", "揭榜评审"
    ACCEPTANCE = "acceptance", "揭榜验收"
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
