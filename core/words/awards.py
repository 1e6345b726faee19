"""The annual selection: editions, entries, rounds, decisions."""

from __future__ import annotations

from core.words.base import Word


class EditionNature(Word):
    """What an edition is. Only the last may call itself 表彰, and only with an approval number."""

    SELECTION = "selection", "遴选推介"
    APPRAISAL = "appraisal", "业务评价"
    HONOUR = "honour", "表彰"


class EditionState(Word):
    PREPARING = "preparing", "筹备"
    APPLYING = "applying", "申报"
    RECOMMENDING = "recommending", "市级推荐"
    CHECKING = "form_check", "形式审查"
    FIRST = "first_round", "初评"
    SHORTLISTED = "shortlisting", "入围"
    FINAL = "final_round", "终评"
    VOTING = "voting", "公众投票"
    COMBINING = "combining", "合成"
    DECIDING = "deciding", "审定"
    NOTICE = "notice", "公示中"
    PAUSED = "notice_paused", "公示暂停"
    RELEASED = "released", "已发布"
    REVOKED = "revoked", "已撤销"


class AwardEntryState(Word):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待市级推荐"
    RECOMMENDED = "recommended", "已推荐"
    PASSED_OVER = "passed_over", "未获推荐"
    QUALIFIED = "qualified", "形式审查通过"
    UNQUALIFIED = "unqualified", "形式审查不通过"
    JUDGING = "judging", "初评中"
    SHORTLISTED = "shortlisted", "入围"
    NOT_SHORTLISTED = "not_shortlisted", "未入围"
    PROPOSED = "proposed", "拟入选"
    NOT_CHOSEN = "not_chosen", "未入选"
    WINNER = "winner", "入选"
    WITHDRAWN = "withdrawn", "已退出"
    VETOED = "vetoed", "一票否决"
    REVOKED = "revoked", "已撤销"


class Veto(Word):
    """What throws an entry out whatever its marks (DOMAIN §9)."""

    FALSE_DATA = "false_data", "数据造假"
    ACCIDENT = "accident", "重大安全或数据泄露事件"
    NO_ASSESSMENT = "no_assessment", "缺个人信息保护影响评估"


class AwardStage(Word):
    """The two rounds of a panel's work."""

    FIRST = "first", "初评"
    FINAL = "final", "终评"


class TieKey(Word):
    """What parts equal scores, in the order that an edition fixed beforehand."""

    FINAL = "final", "终评得分"
    FIRST = "first", "初评得分"
    OBJECTIVE = "objective", "客观指标得分"
    PLACE = "place", "评审组名次"


class PlaceReason(Word):
    """Why an entry is on a list, or is not, by the quotas that were fixed beforehand."""

    PLACE = "place", "按名次列入"
    KEPT_REMOTE = "kept_remote", "占山区海岛县保留名额"
    KEPT_LEVEL = "kept_level", "占本层级保留名额"
    KEPT = "kept", "占保留名额"
    FULL = "full", "名额已满"
    LEVEL_FULL = "level_full", "本层级名额已满"
    YIELDS = "yields", "名额留给有保留名额的项目"
    CONTESTED = "contested", "同分待表决"
    UNRANKED = "unranked", "没有有效得分"


class CorrectionDecision(Word):
    """What is done with an entry whose evidence was corrected after it was frozen."""

    KEEP = "keep", "不影响评审，维持原证据"
    REFREEZE = "refreeze", "更新证据，请评委复核"
    DISQUALIFY = "disqualify", "取消资格"


class DeliberationKind(Word):
    """What people decided together, beside the marks."""

    TIE = "tie", "同分表决"
    CASE = "case", "合议"
