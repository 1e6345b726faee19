"""Commands about topics: make a need of one, with its tickets as evidence; group the tickets afresh."""

from __future__ import annotations

from typing import Any

import sqlalchemy
from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Invalid, NotFound
from core.words import Asker, GovernanceLevel, NeedSource, Satisfaction
from db import audit
from db.session import write
from db.tables import NeedTicket, Ticket, TicketTopic, Topic
from scenarios import need_service, ticket_process, topic_queries
from scenarios.schemas import NeedIn
from scenarios.topic_queries import Scope, label

_YEAR = 12
_QUOTED = 60  # characters of an example
_EXAMPLES = 3


def make_need(actor: Actor, topic_id: int, scope_key: str, month: str) -> int:
    """A need from a topic: its tickets of the year up to `month` in the scope become evidence, its frequency is
    theirs. Returns the need; what the machine wrote of it is for people to improve."""
    require(actor, Permission.TICKET_READ)
    at = _scope(actor, scope_key, month)
    with write() as session:
        topic = _topic(session, topic_id)
        tickets = _tickets(topic_id, at, month)
        number, first, last, dissatisfied = session.execute(
            tickets.with_only_columns(
                func.count(),
                func.min(Ticket.at),
                func.max(Ticket.at),
                func.count(sqlalchemy.case((col(Ticket.satisfaction) == Satisfaction.DISSATISFIED, 1))),
            )
        ).one()
        if not number:
            raise Invalid(["这个主题在所选地区最近一年没有工单"], "请换一个主题或地区。")
        texts = session.scalars(
            tickets.with_only_columns(Ticket.text)
            .order_by(col(Ticket.at).desc(), col(Ticket.id).desc())
            .limit(_EXAMPLES)
        ).all()
        since, until = (clock.beijing(moment).date() for moment in (first, last))
        words = label(topic.words)
        need_id = need_service.register_within(
            session,
            actor,
            NeedIn(
                title=f"{words}问题集中反映"[:60],
                description=_description(
                    at.name, topic.words, number, dissatisfied, f"{since} 至 {until}", list(texts)
                ),
                asker=Asker.PUBLIC,
                level=GovernanceLevel.CITY if at.region_code.endswith("00") else GovernanceLevel.COUNTY,
                region_code=at.region_code,
                source=NeedSource.HOTLINE,
                events=number,
                events_from=since,
                events_to=until,
            ),
        )
        _attach(session, actor, need_id, tickets, words)
        return need_id


def add_tickets(actor: Actor, need_id: int, topic_id: int, scope_key: str, month: str) -> int:
    """Add a topic's tickets to a need that is there already. Returns how many were new to it."""
    require(actor, Permission.TICKET_READ)
    at = _scope(actor, scope_key, month)
    with write() as session:
        need_service.load(session, actor, need_id)
        topic = _topic(session, topic_id)
        return _attach(session, actor, need_id, _tickets(topic_id, at, month), label(topic.words))


def start_analysis(actor: Actor) -> None:
    """Group all tickets afresh, in a process of its own. Imports do that by themselves."""
    require(actor, Permission.TICKET_IMPORT)
    ticket_process.hand_over("analyse", b"")


def _scope(actor: Actor, key: str, month: str) -> Scope:
    found = topic_queries.scope(actor, key, month)
    if found is None:
        raise NotFound("没有找到所选地区的工单，或您无权查看。", "请重新选择地区和月份。")
    return found


def _topic(session: Session, topic_id: int) -> Topic:
    found = session.get(Topic, topic_id)
    if found is None:
        raise NotFound("主题已经重新归并，编号变了。", "请刷新页面后再选。")
    return found


def _tickets(topic_id: int, at: Scope, month: str) -> Any:
    """The tickets of a topic in a scope, of the twelve months that end with `month`."""
    year, number = int(month[:4]), int(month[5:])
    first = f"{year - 1 + number // _YEAR}-{number % _YEAR + 1:02d}"
    return (
        sqlalchemy.select(col(Ticket.id))
        .join(TicketTopic, col(TicketTopic.ticket_id) == Ticket.id)
        .where(
            col(TicketTopic.topic_id) == topic_id,
            col(Ticket.region_code).in_(at.regions),
            col(Ticket.month).between(first, month),
        )
    )


def _attach(session: Session, actor: Actor, need_id: int, tickets: Any, words: str) -> int:
    known = select(NeedTicket.ticket_id).where(NeedTicket.need_id == need_id)
    fresh = tickets.with_only_columns(sqlalchemy.literal(need_id), col(Ticket.id)).where(col(Ticket.id).not_in(known))
    added: Any = session.execute(insert(NeedTicket).from_select(["need_id", "ticket_id"], fresh))
    changes = {"topic": words, "tickets": added.rowcount}
    audit.record(session, actor.account_id, "need:tickets", "need", need_id, changes)
    return int(added.rowcount)


def _description(place: str, words: list[str], number: int, dissatisfied: int, period: str, texts: list[str]) -> str:
    lines = [f"{period}，{place}共有 {number} 件群众诉求工单集中反映“{'、'.join(words[:6])}”。"]
    if dissatisfied:
        lines.append(f"其中群众评价不满意 {dissatisfied} 件。")
    lines += ["工单摘录："] + [f"· {text[:_QUOTED]}{'……' if len(text) > _QUOTED else ''}" for text in texts]
    lines.append("（以上由工单自动整理，请核对后补充痛点和涉及人群。）")
    return "\n".join(lines)
