"""Who may do what, as data: one predicate a permission, each answering yes or why not.

Services call `require`, pages call `may` with the same subject to decide what to draw, so a
button that shows is a button that works. A permission is named <resource>:<action>.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Forbidden
from core.words import Role


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
    SHEET_ASK = "sheet:ask"
    SHEET_UNLOCK = "sheet:unlock"
    SOURCE_DECIDE = "source:decide"
    SUPERVISION_SET = "supervision:set"
    TICKET_IMPORT = "ticket:import"
    TICKET_READ = "ticket:read"
    TOLERANCE_DECIDE = "tolerance:decide"


@dataclass(frozen=True)
class Actor:
    """The person at the other end, fresh from the database for every command.

    `account_id` is None for the command line, which acts with an administrator's and the
    institute's rights on the machine it runs on.
    """

    account_id: int | None
    session_id: int | None
    name: str
    role: Role
    organisation_id: int | None = None
    organisation: str = ""
    region_code: str | None = None
    region: str = ""

    @property
    def is_staff(self) -> bool:
        """Runs the programme: the institute and the administrator."""
        return self.role in (Role.INSTITUTE, Role.ADMIN)


OPERATOR = Actor(None, None, "命令行", Role.ADMIN)


@dataclass(frozen=True)
class Subject:
    """What a permission is asked about, reduced to what predicates need."""

    region_code: str | None = None
    organisation_id: int | None = None
    created_by: int | None = None
    authors: frozenset[int] = frozenset()  # accounts whose work it is beside who created it
    reviewers: frozenset[int] = frozenset()  # accounts asked to review it
    editable: bool = True  # whether its state allows changes at all
    asked_by: int | None = None  # the organisation whose request is to be answered


ANY = Subject()


@dataclass(frozen=True)
class Answer:
    ok: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.ok


YES = Answer(True)


def _staff(actor: Actor, _: Subject) -> Answer:
    return YES if actor.is_staff else Answer(False, "只有研究院人员可以办理。")


def _admin(actor: Actor, _: Subject) -> Answer:
    return YES if actor.role is Role.ADMIN else Answer(False, "只有系统管理员可以办理。")


def _staff_not_creator(actor: Actor, subject: Subject) -> Answer:
    if not actor.is_staff:
        return Answer(False, "只有研究院人员可以办理。")
    if actor.account_id is not None and actor.account_id == subject.created_by:
        return Answer(False, "不能审批自己登记的事项，请由另一位研究院人员办理。")
    if actor.account_id in subject.authors:
        return Answer(False, "您修改或提交过这个事项，不能审批，请由另一位研究院人员办理。")
    return YES


def _reviewing(actor: Actor, _: Subject) -> Answer:
    if actor.is_staff or actor.role is Role.DEPARTMENT:
        return YES
    return Answer(False, "论证由研究院和受邀部门办理。")


def _reviewer(actor: Actor, subject: Subject) -> Answer:
    if actor.account_id is not None and actor.account_id in subject.reviewers:
        return YES
    return Answer(False, "您不是这个场景的论证人；需要参加论证时，请联系研究院指派。")


def _registrar(actor: Actor, _: Subject) -> Answer:
    if actor.is_staff or actor.role in (Role.COUNTY, Role.DEPARTMENT):
        return YES
    return Answer(False, "只有研究院、县级团队和部门可以登记。")


def _owner(actor: Actor, subject: Subject) -> Answer:
    if actor.is_staff:
        return YES
    if actor.role in (Role.COUNTY, Role.DEPARTMENT) and actor.organisation_id == subject.organisation_id:
        return YES
    return Answer(False, "只有登记单位、牵头单位和研究院可以办理。")


def _not_judge(actor: Actor, _: Subject) -> Answer:
    if actor.role is Role.JUDGE:
        return Answer(False, "场景开放供研究院、县级团队、部门和企业使用。")
    return YES


def _partner(actor: Actor, subject: Subject) -> Answer:
    """Organisations offer to take part; an offer is its organisation's own."""
    if actor.is_staff:
        return Answer(False, "研究院组织场景开放，不参加应答。")
    if actor.role is Role.JUDGE or actor.organisation_id is None:
        return Answer(False, "只有县级团队、部门和企业可以应答。")
    if subject.organisation_id is not None and actor.organisation_id != subject.organisation_id:
        return Answer(False, "只能办理本单位的应答。")
    return YES


def _owner_not_partner(actor: Actor, subject: Subject) -> Answer:
    if actor.organisation_id is not None and actor.organisation_id == subject.asked_by:
        return Answer(False, "本单位的应答不能由本单位答复，请研究院或另一家牵头、登记单位办理。")
    return _owner(actor, subject)


def _own_draft(actor: Actor, subject: Subject) -> Answer:
    if not subject.editable:
        return Answer(False, "当前状态不可修改。")
    return YES if _owner(actor, subject) else Answer(False, "只能修改本单位登记的草稿。")


def _own_list(actor: Actor, subject: Subject) -> Answer:
    if not subject.editable:
        return Answer(False, "场景正在论证或流程已结束，责任清单不能修改。")
    return YES if _owner(actor, subject) else Answer(False, "只能修改本单位登记或牵头的场景的责任清单。")


def _own_duty(actor: Actor, subject: Subject) -> Answer:
    """An organisation answers for itself; staff may on behalf of any, with a reason and evidence."""
    if not subject.editable:
        return Answer(False, "场景流程已结束，不再确认责任事项。")
    return YES if _owner(actor, subject) else Answer(False, "只能确认本单位的责任事项。")


def _lead(actor: Actor, subject: Subject) -> Answer:
    if not subject.editable:
        return Answer(False, "试点已经结束，计划不再修改。")
    return YES if _owner(actor, subject) else Answer(False, "只有试点的牵头单位和研究院可以办理。")


def _provider_or_staff(actor: Actor, subject: Subject) -> Answer:
    if _owner(actor, subject):
        return YES
    return Answer(False, "只有数据的提供单位和研究院可以办理。")


def _provider(actor: Actor, subject: Subject) -> Answer:
    """The provider answers for its data. Staff write down an answer that came on paper, though never to a
    request of their own."""
    if not _provider_or_staff(actor, subject):
        return Answer(False, "由数据的提供单位答复。")
    own = actor.organisation_id is not None
    if own and actor.organisation_id == subject.organisation_id:
        return YES
    if own and actor.organisation_id == subject.asked_by:
        return Answer(False, "本单位提出的申请不能由本单位答复，请提供单位登录后答复。")
    return YES


def covers(own: str | None, code: str | None) -> bool:
    """Whether a team of region `own` reports for region `code`: a county's team for the county and for its towns,
    whose codes begin with the county's."""
    return bool(own and code) and (code == own or (len(own or "") == 6 and (code or "")[:6] == own))


def _own_region(actor: Actor, subject: Subject) -> Answer:
    if actor.role is Role.COUNTY and covers(actor.region_code, subject.region_code):
        return YES
    if actor.account_id is None:
        return YES
    return Answer(False, "只有该地区的县级团队可以填报。")


def _region_or_staff(actor: Actor, subject: Subject) -> Answer:
    return YES if actor.is_staff or _own_region(actor, subject) else Answer(False, "只能查看本地区的数据。")


def _reporter(actor: Actor, _: Subject) -> Answer:
    if actor.is_staff or (actor.role is Role.COUNTY and actor.region_code):
        return YES
    return Answer(False, "批量送报由县级团队或研究院办理。")


def _staff_or_county(actor: Actor, _: Subject) -> Answer:
    return YES if actor.is_staff or actor.role is Role.COUNTY else Answer(False, "群众诉求工单供研究院和县级团队使用。")


def _supervisor(actor: Actor, subject: Subject) -> Answer:
    """The department that supervises a pilot (`organisation_id`), and staff."""
    if actor.is_staff:
        return YES
    if actor.role is Role.DEPARTMENT and actor.organisation_id == subject.organisation_id:
        return YES
    return Answer(False, "督办由研究院和这个试点的监管单位办理。")


def _supervisor_not_replier(actor: Actor, subject: Subject) -> Answer:
    """Who supervises, unless the answer is his own (`authors`) or his organisation's (`asked_by`)."""
    if not (allowed := _supervisor(actor, subject)):
        return allowed
    if actor.account_id is not None and actor.account_id in subject.authors:
        return Answer(False, "这份督办单的回复是您登记的，不能由您办结，请由另一人核实。")
    if actor.organisation_id is not None and actor.organisation_id == subject.asked_by:
        return Answer(False, "被督办的单位不能核实自己的回复。")
    return YES


def _addressed(actor: Actor, subject: Subject) -> Answer:
    """The organisation an order is addressed to; staff write down an answer that came on paper."""
    return YES if _owner(actor, subject) else Answer(False, "由被督办的单位回复。")


def _staff_not_runner(actor: Actor, subject: Subject) -> Answer:
    """Staff who neither designed the pilot, or wrote the challenge, nor worked on it (`authors`)."""
    if not actor.is_staff:
        return Answer(False, "容错认定由研究院办理。")
    if actor.account_id is not None and actor.account_id in (subject.created_by, *subject.authors):
        return Answer(False, "您参与了这个项目的设计或实施，不能作容错认定，请由未参与的人员办理。")
    return YES


def _feedback_taker(actor: Actor, _: Subject) -> Answer:
    if actor.is_staff or actor.role in (Role.COUNTY, Role.DEPARTMENT):
        return YES
    return Answer(False, "反馈由研究院、县级团队和部门登记。")


def _answering(actor: Actor, subject: Subject) -> Answer:
    """Staff, the organisation that leads the pilot, and the county team for what was said in its region."""
    if actor.is_staff:
        return YES
    if actor.role is Role.DEPARTMENT and actor.organisation_id == subject.organisation_id:
        return YES
    if actor.role is Role.COUNTY and actor.region_code and actor.region_code == subject.region_code:
        return YES
    return Answer(False, "反馈由研究院、试点牵头单位和所在地区的县级团队答复。")


def _county_or_staff(actor: Actor, _: Subject) -> Answer:
    if actor.is_staff or (actor.role is Role.COUNTY and actor.region_code):
        return YES
    return Answer(False, "这个页面供研究院和县级团队使用。")


def _signed_in(_: Actor, __: Subject) -> Answer:
    return YES


def _worker(actor: Actor, _: Subject) -> Answer:
    if actor.role in (Role.BIDDER, Role.JUDGE):
        return Answer(False, "这个页面供研究院、县级团队和部门使用。")
    return YES


def _panel(actor: Actor, _: Subject) -> Answer:
    if actor.is_staff or actor.role in (Role.JUDGE, Role.DEPARTMENT):
        return YES
    return Answer(False, "评审由研究院和受聘的评委办理。")


def _judge(actor: Actor, subject: Subject) -> Answer:
    if actor.account_id is not None and actor.account_id in subject.reviewers:
        return YES
    return Answer(False, "您不是这次评审的评委；需要参加评审时，请联系研究院。")


def _judge_or_staff(actor: Actor, subject: Subject) -> Answer:
    return YES if actor.is_staff or _judge(actor, subject) else Answer(False, "只有本人和主办人员可以申请。")


def _another_of_staff(actor: Actor, subject: Subject) -> Answer:
    """One of staff, but none whose own it is: two people are needed."""
    if not actor.is_staff:
        return Answer(False, "只有研究院人员可以办理。")
    if actor.account_id is not None and actor.account_id in subject.authors | {subject.created_by}:
        return Answer(False, "这一步须由另一个人办理，请换一位研究院人员。")
    return YES


def _notice_supervisor(actor: Actor, subject: Subject) -> Answer:
    """The person whom the notice names (`reviewers`), or the administrator."""
    if actor.role is Role.ADMIN or (actor.is_staff and actor.account_id in subject.reviewers):
        return YES
    return Answer(False, "只有公示上写明的监督人和系统管理员可以处置。")


def _bidder(actor: Actor, subject: Subject) -> Answer:
    """Bidders, each for its own organisation (`organisation_id`)."""
    if actor.role is not Role.BIDDER or actor.organisation_id is None:
        return Answer(False, "揭榜由揭榜单位的账号办理；需要账号时，请联系研究院核对统一社会信用代码后开通。")
    if subject.organisation_id is not None and subject.organisation_id != actor.organisation_id:
        return Answer(False, "只能办理本单位的揭榜申请。")
    return YES


def _staff_not_bidder(actor: Actor, subject: Subject) -> Answer:
    """Staff, unless it is their own organisation's bid (`organisation_id`) or they stepped aside (`authors`)."""
    if not actor.is_staff:
        return Answer(False, "只有研究院人员可以办理。")
    own = actor.organisation_id is not None and actor.organisation_id == subject.organisation_id
    if own or (actor.account_id is not None and actor.account_id in subject.authors):
        return Answer(False, "您与揭榜单位有利害关系，应当回避，请由另一位研究院人员办理。")
    return YES


def _arguer(actor: Actor, subject: Subject) -> Answer:
    if actor.account_id is not None and actor.account_id in subject.reviewers:
        return YES
    return Answer(False, "您不是这个榜单的论证专家；需要参加论证时，请联系研究院邀请。")


def _applicant(actor: Actor, subject: Subject) -> Answer:
    """County teams, each for its own organisation (`organisation_id`)."""
    if actor.role is not Role.COUNTY or actor.organisation_id is None:
        return Answer(False, "参评项目由县级团队申报。")
    if subject.organisation_id is not None and subject.organisation_id != actor.organisation_id:
        return Answer(False, "只能办理本单位的参评项目。")
    return YES


def _city(actor: Actor, subject: Subject) -> Answer:
    """The city (`region_code`) that recommends its counties' entries; staff write down what came on paper."""
    if actor.is_staff:
        return YES
    ours = actor.role in (Role.COUNTY, Role.DEPARTMENT) and actor.region_code
    if ours and subject.region_code is not None and actor.region_code == subject.region_code:
        return YES
    return Answer(False, "由参评项目所在设区市推荐。")


def _objector(actor: Actor, _: Subject) -> Answer:
    if actor.is_staff:
        return Answer(False, "研究院组织评审，不提出异议；收到的书面异议请由异议人登录后提交。")
    return YES


Predicate = Callable[[Actor, Subject], Answer]

POLICY: dict[Permission, Predicate] = {
    Permission.ACCOUNT_MANAGE: _admin,
    Permission.ADOPTION_REPORT: _region_or_staff,
    Permission.APPRAISAL_READ: _reviewing,
    Permission.APPRAISAL_REVIEW: _reviewer,
    Permission.AUDIT_READ: _staff,
    Permission.AWARD_APPLY: _applicant,
    Permission.AWARD_CHECK: _staff,
    Permission.AWARD_RECOMMEND: _city,
    Permission.AWARD_VETO: _staff,
    Permission.BID_CHECK: _staff_not_bidder,
    Permission.BID_WRITE: _bidder,
    Permission.BIDDER_ADMIT: _staff,
    Permission.CHALLENGE_ARGUE: _arguer,
    Permission.CHALLENGE_AWARD: _staff_not_bidder,
    Permission.CHALLENGE_CONCLUDE: _another_of_staff,
    Permission.CHALLENGE_READ: _signed_in,
    Permission.CHALLENGE_RUN: _staff,
    Permission.COLLECTION_DESIGN: _staff,
    Permission.COUNTY_READ: _county_or_staff,
    Permission.DATA_ANSWER: _provider,
    Permission.DATA_REQUEST: _owner,
    Permission.DOMAIN_EDIT: _staff,
    Permission.DUTY_CONFIRM: _own_duty,
    Permission.DUTY_EDIT: _own_list,
    Permission.EDITION_READ: _signed_in,
    Permission.EDITION_RUN: _staff,
    Permission.EDITION_SIGN: _another_of_staff,
    Permission.FEED_ISSUE: _staff,
    Permission.FEED_LOAD: _reporter,
    Permission.FEEDBACK_ANSWER: _answering,
    Permission.FEEDBACK_LOG: _feedback_taker,
    Permission.GAP_READ: _staff,
    Permission.IMPACT_RECORD: _owner,
    Permission.IMPACT_REMOVE: _staff,
    Permission.INDEX_DESIGN: _staff,
    Permission.INDEX_READ: _staff,
    Permission.INDICATOR_EDIT: _staff,
    Permission.INDICATOR_READ: _signed_in,
    Permission.MILESTONE_CHECK: _staff,
    Permission.MILESTONE_CONFIRM: _another_of_staff,
    Permission.MILESTONE_DELIVER: _bidder,
    Permission.NEED_CREATE: _registrar,
    Permission.NEED_EDIT: _own_draft,
    Permission.OBJECTION_ANSWER: _another_of_staff,
    Permission.OBJECTION_FILE: _objector,
    Permission.OBJECTION_SUPERVISE: _notice_supervisor,
    Permission.OPENING_ANSWER: _partner,
    Permission.OPENING_PUBLISH: _owner,
    Permission.OPENING_READ: _not_judge,
    Permission.OPENING_REPLY: _owner_not_partner,
    Permission.ORDER_DECIDE: _supervisor_not_replier,
    Permission.ORDER_ISSUE: _supervisor,
    Permission.ORDER_REPLY: _addressed,
    Permission.PILOT_DECIDE: _staff,
    Permission.PILOT_DESIGN: _staff,
    Permission.PILOT_ITERATE: _staff,
    Permission.PILOT_PLAN: _lead,
    Permission.PILOT_PROMOTE: _staff,
    Permission.PILOT_READ: _worker,
    Permission.PILOT_RELEASE: _staff,
    Permission.PILOT_START: _staff_not_creator,
    Permission.PORTFOLIO_READ: _staff,
    Permission.RANKING_READ: _county_or_staff,
    Permission.RECUSAL_DECIDE: _another_of_staff,
    Permission.REGION_EDIT: _staff,
    Permission.REPORT_ISSUE: _staff,
    Permission.RESOURCE_CREATE: _registrar,
    Permission.RESOURCE_EDIT: _provider_or_staff,
    Permission.RETURN_DECIDE: _staff,
    Permission.RETURN_FILL: _own_region,
    Permission.RETURN_READ: _region_or_staff,
    Permission.RETURN_REMIND: _staff,
    Permission.RETURN_UNLOCK: _staff,
    Permission.REVIEW_JUDGE: _judge,
    Permission.REVIEW_READ: _panel,
    Permission.REVIEW_RUN: _staff,
    Permission.REVIEW_SIGN: _another_of_staff,
    Permission.ROLLUP_REPAIR: _admin,
    Permission.ROUND_FREEZE: _staff,
    Permission.RUBRIC_EDIT: _staff,
    Permission.RULE_EDIT: _staff,
    Permission.RULE_READ: _worker,
    Permission.SCENARIO_APPRAISE: _staff_not_creator,
    Permission.SCENARIO_CREATE: _registrar,
    Permission.SCENARIO_EDIT: _own_draft,
    Permission.SCENARIO_ITERATE: _owner,
    Permission.SCENARIO_MOVE: _staff,
    Permission.SCENARIO_READ: _worker,
    Permission.SHEET_ASK: _judge_or_staff,
    Permission.SHEET_UNLOCK: _another_of_staff,
    Permission.SOURCE_DECIDE: _staff,
    Permission.SUPERVISION_SET: _staff,
    Permission.TICKET_IMPORT: _staff_or_county,
    Permission.TICKET_READ: _staff_or_county,
    Permission.TOLERANCE_DECIDE: _staff_not_runner,
}


def may(actor: Actor, permission: Permission, subject: Subject = ANY) -> Answer:
    """Whether the actor may, and if not why not."""
    return POLICY[permission](actor, subject)


def require(actor: Actor, permission: Permission, subject: Subject = ANY) -> None:
    """Raise Forbidden with the reason unless the actor may."""
    answer = may(actor, permission, subject)
    if not answer:
        raise Forbidden(answer.reason, f"您当前的角色是“{actor.role.label}”。")
