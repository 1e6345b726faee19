"""揭榜挂帅: challenges, bids, contracted milestones."""

from __future__ import annotations

from core.words.base import Word


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
