"""Who may do what, as data: one predicate a permission, each answering yes or why not.

Services call `require`, pages call `may` with the same subject to decide what to draw, so a
button that shows is a button that works. A permission is named <resource>:<action>.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from accounts import predicates as who
from accounts.actors import ANY, OPERATOR, YES, Actor, Answer, Subject
from accounts.predicates import covers
from core.errors import Forbidden

__all__ = ["ANY", "OPERATOR", "YES", "Actor", "Answer", "Permission", "Subject", "covers", "may", "require"]


class Permission(StrEnum):
    ACCOUNT_MANAGE = "account:manage"
    ADOPTION_REPORT = "adoption:report"
    APPRAISAL_READ = "appraisal:read"
    APPRAISAL_REVIEW = "appraisal:review"
    AUDIT_READ = "audit:read"
    AWARD_APPLY = "award:apply"
    AWARD_CHECK = "award:check"
    AWARD_RECOMMEND = "award:recommend"
    AWARD_VETO = "award:veto"
    BID_CHECK = "bid:check"
    BID_WRITE = "bid:write"
    BIDDER_ADMIT = "bidder:admit"
    CHALLENGE_ARGUE = "challenge:argue"
    CHALLENGE_AWARD = "challenge:award"
    CHALLENGE_CONCLUDE = "challenge:conclude"
    CHALLENGE_READ = "challenge:read"
    CHALLENGE_RUN = "challenge:run"
    COLLECTION_DESIGN = "collection:design"
    COUNTY_READ = "county:read"
    DATA_ANSWER = "data:answer"
    DATA_REQUEST = "data:request"
    DOMAIN_EDIT = "domain:edit"
    DUTY_CONFIRM = "duty:confirm"
    DUTY_EDIT = "duty:edit"
    EDITION_READ = "edition:read"
    EDITION_RUN = "edition:run"
    EDITION_SIGN = "edition:sign"
    FEED_ISSUE = "feed:issue"
    FEED_LOAD = "feed:load"
    FEEDBACK_ANSWER = "feedback:answer"
    FEEDBACK_LOG = "feedback:log"
    GAP_READ = "gap:read"
    IMPACT_RECORD = "impact:record"
    IMPACT_REMOVE = "impact:remove"
    INDEX_DESIGN = "index:design"
    INDEX_READ = "index:read"
    INDICATOR_EDIT = "indicator:edit"
    INDICATOR_READ = "indicator:read"
    MILESTONE_CHECK = "milestone:check"
    MILESTONE_CONFIRM = "milestone:confirm"
    MILESTONE_DELIVER = "milestone:deliver"
    NEED_CREATE = "need:create"
    NEED_EDIT = "need:edit"
    OBJECTION_ANSWER = "objection:answer"
    OBJECTION_FILE = "objection:file"
    OBJECTION_SUPERVISE = "objection:supervise"
    OPENING_ANSWER = "opening:answer"
    OPENING_PUBLISH = "opening:publish"
    OPENING_READ = "opening:read"
    OPENING_REPLY = "opening:reply"
    ORDER_DECIDE = "order:decide"
    ORDER_ISSUE = "order:issue"
    ORDER_REPLY = "order:reply"
    PILOT_DECIDE = "pilot:decide"
    PILOT_DESIGN = "pilot:design"
    PILOT_ITERATE = "pilot:iterate"
    PILOT_PLAN = "pilot:plan"
    PILOT_PROMOTE = "pilot:promote"
    PILOT_READ = "pilot:read"
    PILOT_RELEASE = "pilot:release"  # tell the public about it, and read what it says
    PILOT_START = "pilot:start"
    PORTFOLIO_READ = "portfolio:read"
    RANKING_READ = "ranking:read"
    RECUSAL_DECIDE = "recusal:decide"
    REGION_EDIT = "region:edit"
    REPORT_ISSUE = "report:issue"
    RESOURCE_CREATE = "resource:create"
    RESOURCE_EDIT = "resource:edit"
    RETURN_DECIDE = "return:decide"
    RETURN_FILL = "return:fill"
    RETURN_READ = "return:read"
    RETURN_REMIND = "return:remind"
    RETURN_UNLOCK = "return:unlock"
    REVIEW_JUDGE = "review:judge"
    REVIEW_READ = "review:read"
    REVIEW_RUN = "review:run"
    REVIEW_SIGN = "review:sign"
    ROLLUP_REPAIR = "rollup:repair"
    ROUND_FREEZE = "round:freeze"
    RUBRIC_EDIT = "rubric:edit"
    RULE_EDIT = "rule:edit"
    RULE_READ = "rule:read"
    SCENARIO_APPRAISE = "scenario:appraise"
    SCENARIO_CREATE = "scenario:create"
    SCENARIO_EDIT = "scenario:edit"
    SCENARIO_ITERATE = "scenario:iterate"
    SCENARIO_MOVE = "scenario:move"
    SCENARIO_READ = "scenario:read"
    SCENARIO_RELEASE = "scenario:release"  # tell the public about it
    SHEET_ASK = "sheet:ask"
    SHEET_UNLOCK = "sheet:unlock"
    SOURCE_DECIDE = "source:decide"
    SUPERVISION_SET = "supervision:set"
    TICKET_IMPORT = "ticket:import"
    TICKET_READ = "ticket:read"
    TOLERANCE_DECIDE = "tolerance:decide"


Predicate = Callable[[Actor, Subject], Answer]

POLICY: dict[Permission, Predicate] = {
    Permission.ACCOUNT_MANAGE: who.admin,
    Permission.ADOPTION_REPORT: who.region_or_staff,
    Permission.APPRAISAL_READ: who.reviewing,
    Permission.APPRAISAL_REVIEW: who.reviewer,
    Permission.AUDIT_READ: who.staff,
    Permission.AWARD_APPLY: who.applicant,
    Permission.AWARD_CHECK: who.staff,
    Permission.AWARD_RECOMMEND: who.city,
    Permission.AWARD_VETO: who.staff,
    Permission.BID_CHECK: who.staff_not_bidder,
    Permission.BID_WRITE: who.bidder,
    Permission.BIDDER_ADMIT: who.staff,
    Permission.CHALLENGE_ARGUE: who.arguer,
    Permission.CHALLENGE_AWARD: who.staff_not_bidder,
    Permission.CHALLENGE_CONCLUDE: who.another_of_staff,
    Permission.CHALLENGE_READ: who.signed_in,
    Permission.CHALLENGE_RUN: who.staff,
    Permission.COLLECTION_DESIGN: who.staff,
    Permission.COUNTY_READ: who.county_or_staff,
    Permission.DATA_ANSWER: who.provider,
    Permission.DATA_REQUEST: who.owner,
    Permission.DOMAIN_EDIT: who.staff,
    Permission.DUTY_CONFIRM: who.own_duty,
    Permission.DUTY_EDIT: who.own_list,
    Permission.EDITION_READ: who.signed_in,
    Permission.EDITION_RUN: who.staff,
    Permission.EDITION_SIGN: who.another_of_staff,
    Permission.FEED_ISSUE: who.staff,
    Permission.FEED_LOAD: who.reporter,
    Permission.FEEDBACK_ANSWER: who.answering,
    Permission.FEEDBACK_LOG: who.feedback_taker,
    Permission.GAP_READ: who.staff,
    Permission.IMPACT_RECORD: who.owner,
    Permission.IMPACT_REMOVE: who.staff,
    Permission.INDEX_DESIGN: who.staff,
    Permission.INDEX_READ: who.staff,
    Permission.INDICATOR_EDIT: who.staff,
    Permission.INDICATOR_READ: who.signed_in,
    Permission.MILESTONE_CHECK: who.staff,
    Permission.MILESTONE_CONFIRM: who.another_of_staff,
    Permission.MILESTONE_DELIVER: who.bidder,
    Permission.NEED_CREATE: who.registrar,
    Permission.NEED_EDIT: who.own_draft,
    Permission.OBJECTION_ANSWER: who.another_of_staff,
    Permission.OBJECTION_FILE: who.objector,
    Permission.OBJECTION_SUPERVISE: who.notice_supervisor,
    Permission.OPENING_ANSWER: who.partner,
    Permission.OPENING_PUBLISH: who.owner,
    Permission.OPENING_READ: who.not_judge,
    Permission.OPENING_REPLY: who.owner_not_partner,
    Permission.ORDER_DECIDE: who.supervisor_not_replier,
    Permission.ORDER_ISSUE: who.supervisor,
    Permission.ORDER_REPLY: who.addressed,
    Permission.PILOT_DECIDE: who.staff,
    Permission.PILOT_DESIGN: who.staff,
    Permission.PILOT_ITERATE: who.staff,
    Permission.PILOT_PLAN: who.lead,
    Permission.PILOT_PROMOTE: who.staff,
    Permission.PILOT_READ: who.worker,
    Permission.PILOT_RELEASE: who.staff,
    Permission.PILOT_START: who.staff_not_creator,
    Permission.PORTFOLIO_READ: who.staff,
    Permission.RANKING_READ: who.county_or_staff,
    Permission.RECUSAL_DECIDE: who.another_of_staff,
    Permission.REGION_EDIT: who.staff,
    Permission.REPORT_ISSUE: who.staff,
    Permission.RESOURCE_CREATE: who.registrar,
    Permission.RESOURCE_EDIT: who.provider_or_staff,
    Permission.RETURN_DECIDE: who.staff,
    Permission.RETURN_FILL: who.own_region,
    Permission.RETURN_READ: who.region_or_staff,
    Permission.RETURN_REMIND: who.staff,
    Permission.RETURN_UNLOCK: who.staff,
    Permission.REVIEW_JUDGE: who.judge,
    Permission.REVIEW_READ: who.panel,
    Permission.REVIEW_RUN: who.staff,
    Permission.REVIEW_SIGN: who.another_of_staff,
    Permission.ROLLUP_REPAIR: who.admin,
    Permission.ROUND_FREEZE: who.staff,
    Permission.RUBRIC_EDIT: who.staff,
    Permission.RULE_EDIT: who.staff,
    Permission.RULE_READ: who.worker,
    Permission.SCENARIO_APPRAISE: who.staff_not_creator,
    Permission.SCENARIO_CREATE: who.registrar,
    Permission.SCENARIO_EDIT: who.own_draft,
    Permission.SCENARIO_ITERATE: who.owner,
    Permission.SCENARIO_MOVE: who.staff,
    Permission.SCENARIO_READ: who.worker,
    Permission.SCENARIO_RELEASE: who.staff,
    Permission.SHEET_ASK: who.judge_or_staff,
    Permission.SHEET_UNLOCK: who.another_of_staff,
    Permission.SOURCE_DECIDE: who.staff,
    Permission.SUPERVISION_SET: who.staff,
    Permission.TICKET_IMPORT: who.staff_or_county,
    Permission.TICKET_READ: who.staff_or_county,
    Permission.TOLERANCE_DECIDE: who.staff_not_runner,
}


def may(actor: Actor, permission: Permission, subject: Subject = ANY) -> Answer:
    """Whether the actor may, and if not why not."""
    return POLICY[permission](actor, subject)


def require(actor: Actor, permission: Permission, subject: Subject = ANY) -> None:
    """Raise Forbidden with the reason unless the actor may."""
    answer = may(actor, permission, subject)
    if not answer:
        raise Forbidden(answer.reason, f"您当前的角色是“{actor.role.label}”。")
