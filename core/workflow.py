"""Workflows as data: one table per workflow gives the buttons, the checks, the tests and the diagram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Invalid, WrongState


@dataclass(frozen=True)
class Step:
    """One allowed move. `do` is the button's verb, `permission` who may press it."""

    do: str
    sources: tuple[StrEnum, ...]
    target: StrEnum
    permission: str
    needs_reason: bool = False
    warns: str = ""  # what pressing it does, for steps that cannot be undone


@dataclass(frozen=True)
class Workflow:
    """A state machine: `labels` names every state in Chinese, in the order of the usual path."""

    name: str
    initial: StrEnum
    labels: Mapping[StrEnum, str]
    steps: Sequence[Step]
    terminal: frozenset[StrEnum] = frozenset()

    def __post_init__(self) -> None:
        seen: set[tuple[StrEnum, str]] = set()
        for step in self.steps:
            for source in step.sources:
                if source in self.terminal:
                    raise ValueError(f"{self.name}: {source} is terminal but {step.do} leaves it")
                if (source, step.do) in seen:
                    raise ValueError(f"{self.name}: {step.do} from {source} is ambiguous")
                seen.add((source, step.do))

    def label(self, state: str) -> str:
        return next(text for key, text in self.labels.items() if key == state)

    def steps_from(self, state: str) -> list[Step]:
        return [step for step in self.steps if state in step.sources]

    def take(self, state: str, do: str, reason: str = "") -> Step:
        """The step `do` from `state`, or WrongState / Invalid with what is possible instead."""
        for step in self.steps_from(state):
            if step.do == do:
                if step.needs_reason and not reason.strip():
                    raise Invalid([f"“{do}”需要填写理由"], "请写明理由后再提交。")
                return step
        allowed = "、".join(f"“{step.do}”" for step in self.steps_from(state)) or "无（已是终态）"
        raise WrongState(
            f"当前状态为“{self.label(state)}”，不能“{do}”。",
            f"现在可以：{allowed}。如页面已过时，请刷新。",
        )

    def reachable(self) -> set[StrEnum]:
        found, todo = {self.initial}, [self.initial]
        while todo:
            for step in self.steps_from(todo.pop()):
                if step.target not in found:
                    found.add(step.target)
                    todo.append(step.target)
        return found

    def mermaid(self) -> str:
        """The diagram in the docs, drawn from the same table."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.labels[self.initial]}"]
        for step in self.steps:
            lines += [f"    {self.labels[source]} --> {self.labels[step.target]}: {step.do}" for source in step.sources]
        lines += [f"    {self.labels[state]} --> [*]" for state in self.labels if state in self.terminal]
        return "\n".join(lines)
