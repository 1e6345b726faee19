"""The predicates of the policy: each says yes, or why not. Pure.

What each is used for stands in `accounts.permissions.POLICY`.
"""

from __future__ import annotations

from accounts.actors import YES, Actor, Answer, Subject
from core.words import Role


def staff(actor: Actor, _: Subject) -> Answer:
    return YES if actor.is_staff else Answer(False, "只有研究院人员可以办理。")


def admin(actor: Actor, _: Subject) -> Answer:
    return YES if actor.role is Role.ADMIN else Answer(False, "只有系统管理员可以办理。")


def staff_not_creator(actor: Actor, subject: Subject) -> Answer:
    if not actor.is_staff:
        return Answer(False, "只有研究院人员可以办理。")
    if actor.account_id is not None and actor.account_id == subject.created_by:
        return Answer(False, "不能审批自己登记的事项，请由另一位研究院人员办理。")
    if actor.account_id in subject.authors:
        return Answer(False, "您修改或提交过这个事项，不能审批，请由另一位研究院人员办理。")
    return YES


def reviewing(actor: Actor, _: Subject) -> Answer:
    if actor.is_staff or actor.role is Role.DEPARTMENT:
        return YES
    return Answer(False, "论证由研究院和受邀部门办理。")


def reviewer(actor: Actor, subject: Subject) -> Answer:
    if actor.account_id is not None and actor.account_id in subject.reviewers:
        return YES
    return Answer(False, "您不是这个场景的论证人；需要参加论证时，请联系研究院指派。")


def registrar(actor: Actor, _: Subject) -> Answer:
    if actor.is_staff or actor.role in (Role.COUNTY, Role.DEPARTMENT):
        return YES
    return Answer(False, "只有研究院、县级团队和部门可以登记。")


def owner(actor: Actor, subject: Subject) -> Answer:
    if actor.is_staff:
        return YES
    if actor.role in (Role.COUNTY, Role.DEPARTMENT) and actor.organisation_id == subject.organisation_id:
        return YES
    return Answer(False, "只有登记单位、牵头单位和研究院可以办理。")


def not_judge(actor: Actor, _: Subject) -> Answer:
    if actor.role is Role.JUDGE:
        return Answer(False, "场景开放供研究院、县级团队、部门和企业使用。")
    return YES


def partner(actor: Actor, subject: Subject) -> Answer:
    """Organisations offer to take part; an offer is its organisation's own."""
    if actor.is_staff:
        return Answer(False, "研究院组织场景开放，不参加应答。")
    if actor.role is Role.JUDGE or actor.organisation_id is None:
        return Answer(False, "只有县级团队、部门和企业可以应答。")
    if subject.organisation_id is not None and actor.organisation_id != subject.organisation_id:
        return Answer(False, "只能办理本单位的应答。")
    return YES


def owner_not_partner(actor: Actor, subject: Subject) -> Answer:
    if actor.organisation_id is not None and actor.organisation_id == subject.asked_by:
        return Answer(False, "本单位的应答不能由本单位答复，请研究院或另一家牵头、登记单位办理。")
    return owner(actor, subject)


def own_draft(actor: Actor, subject: Subject) -> Answer:
    if not subject.editable:
        return Answer(False, "当前状态不可修改。")
    return YES if owner(actor, subject) else Answer(False, "只能修改本单位登记的草稿。")


def own_list(actor: Actor, subject: Subject) -> Answer:
    if not subject.editable:
        return Answer(False, "场景正在论证或流程已结束，责任清单不能修改。")
    return YES if owner(actor, subject) else Answer(False, "只能修改本单位登记或牵头的场景的责任清单。")


def own_duty(actor: Actor, subject: Subject) -> Answer:
    """An organisation answers for itself; staff may on behalf of any, with a reason and evidence."""
    if not subject.editable:
        return Answer(False, "场景流程已结束，不再确认责任事项。")
    return YES if owner(actor, subject) else Answer(False, "只能确认本单位的责任事项。")


def lead(actor: Actor, subject: Subject) -> Answer:
    if not subject.editable:
        return Answer(False, "试点已经结束，计划不再修改。")
    return YES if owner(actor, subject) else Answer(False, "只有试点的牵头单位和研究院可以办理。")


def provider_or_staff(actor: Actor, subject: Subject) -> Answer:
    if owner(actor, subject):
        return YES
    return Answer(False, "只有数据的提供单位和研究院可以办理。")


def provider(actor: Actor, subject: Subject) -> Answer:
    """The provider answers for its data. Staff write down an answer that came on paper, though never to a
    request of their own."""
    if not provider_or_staff(actor, subject):
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


def own_region(actor: Actor, subject: Subject) -> Answer:
    if actor.role is Role.COUNTY and covers(actor.region_code, subject.region_code):
        return YES
    if actor.account_id is None:
        return YES
    return Answer(False, "只有该地区的县级团队可以填报。")


def region_or_staff(actor: Actor, subject: Subject) -> Answer:
    return YES if actor.is_staff or own_region(actor, subject) else Answer(False, "只能查看本地区的数据。")


def reporter(actor: Actor, _: Subject) -> Answer:
    if actor.is_staff or (actor.role is Role.COUNTY and actor.region_code):
        return YES
    return Answer(False, "批量送报由县级团队或研究院办理。")


def staff_or_county(actor: Actor, _: Subject) -> Answer:
    return YES if actor.is_staff or actor.role is Role.COUNTY else Answer(False, "群众诉求工单供研究院和县级团队使用。")


def supervisor(actor: Actor, subject: Subject) -> Answer:
    """The department that supervises a pilot (`organisation_id`), and staff."""
    if actor.is_staff:
        return YES
    if actor.role is Role.DEPARTMENT and actor.organisation_id == subject.organisation_id:
        return YES
    return Answer(False, "督办由研究院和这个试点的监管单位办理。")


def supervisor_not_replier(actor: Actor, subject: Subject) -> Answer:
    """Who supervises, unless the answer is his own (`authors`) or his organisation's (`asked_by`)."""
    if not (allowed := supervisor(actor, subject)):
        return allowed
    if actor.account_id is not None and actor.account_id in subject.authors:
        return Answer(False, "这份督办单的回复是您登记的，不能由您办结，请由另一人核实。")
    if actor.organisation_id is not None and actor.organisation_id == subject.asked_by:
        return Answer(False, "被督办的单位不能核实自己的回复。")
    return YES


def addressed(actor: Actor, subject: Subject) -> Answer:
    """The organisation an order is addressed to; staff write down an answer that came on paper."""
    return YES if owner(actor, subject) else Answer(False, "由被督办的单位回复。")


def staff_not_runner(actor: Actor, subject: Subject) -> Answer:
    """Staff who neither designed the pilot, or wrote the challenge, nor worked on it (`authors`)."""
    if not actor.is_staff:
        return Answer(False, "容错认定由研究院办理。")
    if actor.account_id is not None and actor.account_id in (subject.created_by, *subject.authors):
        return Answer(False, "您参与了这个项目的设计或实施，不能作容错认定，请由未参与的人员办理。")
    return YES


def feedback_taker(actor: Actor, _: Subject) -> Answer:
    if actor.is_staff or actor.role in (Role.COUNTY, Role.DEPARTMENT):
        return YES
    return Answer(False, "反馈由研究院、县级团队和部门登记。")


def answering(actor: Actor, subject: Subject) -> Answer:
    """Staff, the organisation that leads the pilot, and the county team for what was said in its region."""
    if actor.is_staff:
        return YES
    if actor.role is Role.DEPARTMENT and actor.organisation_id == subject.organisation_id:
        return YES
    if actor.role is Role.COUNTY and actor.region_code and actor.region_code == subject.region_code:
        return YES
    return Answer(False, "反馈由研究院、试点牵头单位和所在地区的县级团队答复。")


def county_or_staff(actor: Actor, _: Subject) -> Answer:
    if actor.is_staff or (actor.role is Role.COUNTY and actor.region_code):
        return YES
    return Answer(False, "这个页面供研究院和县级团队使用。")


def signed_in(_: Actor, __: Subject) -> Answer:
    return YES


def worker(actor: Actor, _: Subject) -> Answer:
    if actor.role in (Role.BIDDER, Role.JUDGE):
        return Answer(False, "这个页面供研究院、县级团队和部门使用。")
    return YES


def panel(actor: Actor, _: Subject) -> Answer:
    if actor.is_staff or actor.role in (Role.JUDGE, Role.DEPARTMENT):
        return YES
    return Answer(False, "评审由研究院和受聘的评委办理。")


def judge(actor: Actor, subject: Subject) -> Answer:
    if actor.account_id is not None and actor.account_id in subject.reviewers:
        return YES
    return Answer(False, "您不是这次评审的评委；需要参加评审时，请联系研究院。")


def judge_or_staff(actor: Actor, subject: Subject) -> Answer:
    return YES if actor.is_staff or judge(actor, subject) else Answer(False, "只有本人和主办人员可以申请。")


def another_of_staff(actor: Actor, subject: Subject) -> Answer:
    """One of staff, but none whose own it is: two people are needed."""
    if not actor.is_staff:
        return Answer(False, "只有研究院人员可以办理。")
    if actor.account_id is not None and actor.account_id in subject.authors | {subject.created_by}:
        return Answer(False, "这一步须由另一个人办理，请换一位研究院人员。")
    return YES


def notice_supervisor(actor: Actor, subject: Subject) -> Answer:
    """The person whom the notice names (`reviewers`), or the administrator."""
    if actor.role is Role.ADMIN or (actor.is_staff and actor.account_id in subject.reviewers):
        return YES
    return Answer(False, "只有公示上写明的监督人和系统管理员可以处置。")


def bidder(actor: Actor, subject: Subject) -> Answer:
    """Bidders, each for its own organisation (`organisation_id`)."""
    if actor.role is not Role.BIDDER or actor.organisation_id is None:
        return Answer(False, "揭榜由揭榜单位的账号办理；需要账号时，请联系研究院核对统一社会信用代码后开通。")
    if subject.organisation_id is not None and subject.organisation_id != actor.organisation_id:
        return Answer(False, "只能办理本单位的揭榜申请。")
    return YES


def staff_not_bidder(actor: Actor, subject: Subject) -> Answer:
    """Staff, unless it is their own organisation's bid (`organisation_id`) or they stepped aside (`authors`)."""
    if not actor.is_staff:
        return Answer(False, "只有研究院人员可以办理。")
    own = actor.organisation_id is not None and actor.organisation_id == subject.organisation_id
    if own or (actor.account_id is not None and actor.account_id in subject.authors):
        return Answer(False, "您与揭榜单位有利害关系，应当回避，请由另一位研究院人员办理。")
    return YES


def arguer(actor: Actor, subject: Subject) -> Answer:
    if actor.account_id is not None and actor.account_id in subject.reviewers:
        return YES
    return Answer(False, "您不是这个榜单的论证专家；需要参加论证时，请联系研究院邀请。")


def applicant(actor: Actor, subject: Subject) -> Answer:
    """County teams, each for its own organisation (`organisation_id`)."""
    if actor.role is not Role.COUNTY or actor.organisation_id is None:
        return Answer(False, "参评项目由县级团队申报。")
    if subject.organisation_id is not None and subject.organisation_id != actor.organisation_id:
        return Answer(False, "只能办理本单位的参评项目。")
    return YES


def city(actor: Actor, subject: Subject) -> Answer:
    """The city (`region_code`) that recommends its counties' entries; staff write down what came on paper."""
    if actor.is_staff:
        return YES
    ours = actor.role in (Role.COUNTY, Role.DEPARTMENT) and actor.region_code
    if ours and subject.region_code is not None and actor.region_code == subject.region_code:
        return YES
    return Answer(False, "由参评项目所在设区市推荐。")


def objector(actor: Actor, _: Subject) -> Answer:
    if actor.is_staff:
        return Answer(False, "研究院组织评审，不提出异议；收到的书面异议请由异议人登录后提交。")
    return YES
