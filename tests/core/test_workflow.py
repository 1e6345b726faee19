"""Workflows as data: what is allowed, what the refusal says, what the diagram draws."""

from __future__ import annotations

from enum import StrEnum

import pytest

from core.errors import Invalid, WrongState
from core.workflow import Step, Workflow


class S(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    DONE = "done"
    LOST = "lost"


LABELS: dict[StrEnum, str] = {S.DRAFT: "草稿", S.SENT: "已提交", S.DONE: "已完成", S.LOST: "无人能到"}
STEPS = (
    Step("提交", (S.DRAFT,), S.SENT, "thing:fill"),
    Step("退回", (S.SENT,), S.DRAFT, "thing:decide", needs_reason=True),
    Step("通过", (S.SENT,), S.DONE, "thing:decide"),
)
FLOW = Workflow("试验", S.DRAFT, LABELS, STEPS, terminal=frozenset({S.DONE}))


def test_an_allowed_step() -> None:
    assert FLOW.take(S.DRAFT, "提交").target is S.SENT
    assert FLOW.take("sent", "退回", "缺附件").target is S.DRAFT
    assert [step.do for step in FLOW.steps_from(S.SENT)] == ["退回", "通过"]
    assert FLOW.label("sent") == "已提交"


def test_a_refusal_names_the_state_and_what_is_possible() -> None:
    with pytest.raises(WrongState) as refused:
        FLOW.take(S.DRAFT, "通过")
    assert refused.value.message == "当前状态为“草稿”，不能“通过”。"
    assert refused.value.remedy == "现在可以：“提交”。如页面已过时，请刷新。"


def test_the_end_is_called_the_end() -> None:
    with pytest.raises(WrongState) as refused:
        FLOW.take(S.DONE, "提交")
    assert "已是终态" in refused.value.remedy


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_a_reason_is_not_a_space(reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        FLOW.take(S.SENT, "退回", reason)
    assert refused.value.problems == ["“退回”需要填写理由"]


def test_reachable_states() -> None:
    assert FLOW.reachable() == {S.DRAFT, S.SENT, S.DONE}


def test_a_table_that_leaves_its_end_is_refused() -> None:
    with pytest.raises(ValueError, match="terminal"):
        Workflow("坏", S.DRAFT, LABELS, STEPS, terminal=frozenset({S.SENT}))


def test_an_ambiguous_table_is_refused() -> None:
    twice = (*STEPS, Step("提交", (S.DRAFT,), S.DONE, "thing:fill"))
    with pytest.raises(ValueError, match="ambiguous"):
        Workflow("坏", S.DRAFT, LABELS, twice)


def test_the_diagram_is_drawn_from_the_table() -> None:
    assert FLOW.mermaid().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> 草稿",
        "    草稿 --> 已提交: 提交",
        "    已提交 --> 草稿: 退回",
        "    已提交 --> 已完成: 通过",
        "    已完成 --> [*]",
    ]
