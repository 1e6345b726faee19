"""A supervision order on paper (督办单), as it is handed to the organisation that has to answer."""

from __future__ import annotations

from typing import Any

from accounts.permissions import Actor, Permission
from core import clock
from core.errors import NotFound
from db.issuing import Issue
from pilots import order_queries
from pilots.order_queries import OrderPage
from printing import compared, making
from printing.kinds import Identity, Kind, Subject, record_id
from printing.making import Made
from printing.reasons import Cause
from reports.paper import Face, Paper

_LAYOUT = 2  # part of the inputs: another layout is another document


def issue(actor: Actor, order_id: int) -> Made:
    """Print an order with what has been done about it so far."""
    return making.make(actor, KIND, str(order_id))


def _load(actor: Actor, subject: str) -> OrderPage:
    found = order_queries.order(actor, record_id(subject, "督办单编号"))
    if found is None:
        raise NotFound("没有找到这份督办单，或您无权查看。", "请从督办台账重新进入。")
    return found


def _identity(_: Actor, found: OrderPage) -> Identity:
    order = found.order
    return Identity(
        subject_id=order.id,
        title=f"督办单　{order.code}　{order.title}",
        inputs={
            "layout": _LAYOUT,
            "facts": _facts(found),
            "demand": found.demand,
            "path": [
                [*row, [file.id for file in step.files]] for row, step in zip(_path(found), found.path, strict=True)
            ],
        },
        lines=compared.together(
            compared.pairs("督办单", [(name, value) for name, value in _facts(found)]),
            {"要求": found.demand},
            {
                f"办理过程：{row[0]} {row[1]}": f"{row[2]}：{row[3]}（回复期限 {row[4]}，材料 {row[5]}）"
                for row in _path(found)
            },
        ),
    )


def _facts(found: OrderPage) -> list[tuple[str, Any]]:
    order, alert = found.order, found.alert
    facts: list[tuple[str, Any]] = [
        ("督办单编号", order.code),
        ("试点", order.pilot),
        ("被督办单位", order.organisation),
        ("措施", order.action.label),
        ("回复期限", _due(found)),
        ("状态", order.state.label),
    ]
    if alert is not None:
        facts.append(("触发的预警", alert.words))
    return facts


def _due(found: OrderPage) -> str:
    return f"{found.order.due_on}{'（暂算，须人工复核）' if found.order.due_provisional else ''}"


def _path(found: OrderPage) -> list[list[str]]:
    return [
        [
            clock.show(step.at),
            step.do,
            f"{step.by}（{step.organisation}）" if step.organisation else step.by,
            step.text,
            str(step.due_on),
            "、".join(file.name for file in step.files) or "–",
        ]
        for step in found.path
    ]


def _story(report: Paper, found: OrderPage, _: Issue) -> None:
    order = found.order
    report.addressee(order.organisation)
    report.text(f"现就“{order.pilot}”中的下列事项予以督办，请按要求办理，并在 {_due(found)} 前书面回复。")
    report.heading(f"事项：{order.title}")
    report.facts(_facts(found))
    report.heading("要求")
    report.text(found.demand)
    report.text("逾期不回复或整改不到位的，按“提醒、约谈、暂停、退出”逐级升级。")
    report.heading("办理过程")
    report.table(
        ["北京时间", "办理", "办理人", "情况", "回复期限", "材料"],
        _path(found),
        widths=[3.1, 1.5, 2.6, 4.3, 2.7, 1.8],
        align="llllll",
        caption=f"{order.code} 办理过程",
    )
    issuer = found.path[0].organisation if found.path else ""
    last = found.path[-1].at if found.path else order.issued_at  # no paper tells of what comes after its date
    report.closing(issuer or "监管单位", clock.beijing(last).date())


KIND = Kind(
    key="order",
    name="督办单",
    permission=Permission.PILOT_READ,
    mark="JG",
    entity="order",
    asks="督办单编号",
    load=_load,
    identity=_identity,
    face=lambda found: Face("督办单", f"{found.order.code}　{found.order.title}", official=True),
    story=_story,
    label=lambda found: found.order.code,
    causes=lambda found: [Cause("order", {found.order.id}, {"order:move"})],
    subjects=lambda actor: [Subject(str(view.id), f"{view.code} {view.title}") for view in order_queries.orders(actor)],
    word=True,
)
