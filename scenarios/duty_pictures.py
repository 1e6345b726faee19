"""The process that a responsibility list describes, drawn for screen and paper by one function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from reports.figures import Step, lanes
from reports.figures.common import Figure
from scenarios.duty_queries import DutyList
from scenarios.duty_rules import ARROW
from scenarios.duty_tree import Node

MOST = 20  # steps in one picture: what a printed page holds


@dataclass(frozen=True)
class Picture:
    """One business, or a part of a long one."""

    title: str
    steps: tuple[Step, ...]

    @property
    def gaps(self) -> int:
        return sum(bool(step.gaps) or not step.lane for step in self.steps)

    def draw(self) -> Figure:
        return lanes(self.steps)

    @property
    def described(self) -> str:
        """For those who cannot see it."""
        return f"{self.title}的流程：共 {len(self.steps)} 步，每一步由谁负责、谁配合、谁提供数据；{self.gaps} 处有缺口"


def pictures(duties: DutyList) -> list[Picture]:
    """A picture a business, long ones in parts that end with a stage where they can."""
    called = _called(duties)
    of: dict[str, list[Node]] = {}
    for node in duties.items:
        of.setdefault(node.path[0] if len(node.path) > 1 else "其他事项", []).append(node)
    found = []
    for business, nodes in of.items():
        parts = _parts(nodes)
        for number, part in enumerate(parts, start=1):
            title = business if len(parts) == 1 else f"{business}（{number}/{len(parts)}）"
            found.append(Picture(title, tuple(_step(duties, node, called) for node in part)))
    return found


def _parts(nodes: list[Node]) -> list[list[Node]]:
    stages: dict[tuple[str, ...], list[Node]] = {}
    for node in nodes:
        stages.setdefault(node.path[:-1], []).append(node)
    found: list[list[Node]] = [[]]
    for stage in stages.values():
        if found[-1] and len(found[-1]) + len(stage) > MOST:
            found.append([])
        found[-1] += stage
        while len(found[-1]) > MOST:
            found.append(found[-1][MOST:])
            del found[-2][MOST:]
    return found


def _step(duties: DutyList, node: Node, called: Mapping[int, str]) -> Step:
    content = node.content
    assert content is not None
    return Step(
        number=node.number,
        name=node.name,
        band=ARROW.join(node.path[1:-1]),
        lane=called[content.organisation_id] if content.organisation_id is not None else "",
        supporting=tuple(called[number] for number in content.supporting),
        providers=tuple(dict.fromkeys(called[number] for _, number in content.data if number is not None)),
        gaps=tuple(gap.message for gap in duties.gaps_of(node) if gap.error),
        tip="；".join(part for part in (content.time_limit, content.legal_basis) if part),
    )


def _called(duties: DutyList) -> dict[int, str]:
    """Short names where they tell organisations apart."""
    shared = Counter(duties.short.values())
    return {key: short if shared[short] == 1 else duties.names[key] for key, short in duties.short.items()}
