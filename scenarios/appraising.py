"""When a checklist is complete, and what still keeps an appraisal from its decision. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.numbers import format_number
from core.words import Criterion, FindingVerdict, LikenessVerdict

# What a reviewer asks about each point, and what would show it.
QUESTIONS: dict[Criterion, tuple[str, str]] = {
    Criterion.NEED: ("需求是不是真的、有多普遍？", "工单数、走访记录、督查通报"),
    Criterion.USERS: ("问过谁？将来用它的人怎么说？", "访谈、问卷、座谈会纪要"),
    Criterion.REUSE: ("哪些已有系统、模块可以直接用？", "系统清单、接口说明"),
    Criterion.DATA: ("需要的数据拿得到吗？", "数据目录、提供单位答复"),
    Criterion.COST: ("建要多少钱，每年运行要多少钱，谁出？", "概算、运维测算"),
    Criterion.LEGAL: ("依据什么法律法规或文件？有没有越权？", "条款、文号"),
    Criterion.ELDERLY: ("老年人不会用手机怎么办？", "线下渠道、适老化方案"),
    Criterion.EXIT: ("没有用时怎么停，数据和人员怎么安排？", "退出方案"),
}
_SHORTEST = 4


@dataclass(frozen=True)
class Finding:
    """What one reviewer found on one point; `files` counts the evidence attached."""

    criterion: Criterion
    verdict: FindingVerdict | None
    finding: str
    evidence: str
    files: int = 0

    @property
    def gap(self) -> str:
        """What it lacks; "" when it is complete. That something is as it should be must be shown by
        something; that it is not may be shown by nothing having been handed in."""
        if self.verdict is None:
            return "未选择论证结果"
        if len(self.finding.strip()) < _SHORTEST:
            return f"论证意见不足 {_SHORTEST} 个字"
        needs_evidence = self.verdict in (FindingVerdict.MET, FindingVerdict.PARTLY)
        if needs_evidence and not self.evidence.strip() and not self.files:
            return f"“{self.verdict.label}”须写明依据或上传材料"
        return ""


@dataclass(frozen=True)
class Reviewer:
    """Somebody assigned; `findings` are those of a sheet that was handed in."""

    name: str
    submitted: bool
    findings: Sequence[Finding] = ()


@dataclass(frozen=True)
class Similar:
    """A scenario like this one; `score` in ten-thousandths."""

    name: str
    score: int
    judgement: LikenessVerdict | None


def likeness_label(score: int) -> str:
    """Ten-thousandths as people read them: 4191 → 42%."""
    return f"{format_number(score / 100)}%"


def uncovered(reviewers: Sequence[Reviewer]) -> list[Criterion]:
    """Points of the checklist on which nobody has handed in a complete finding."""
    covered = {
        found.criterion for reviewer in reviewers if reviewer.submitted for found in reviewer.findings if not found.gap
    }
    return [criterion for criterion in Criterion if criterion not in covered]


def blockers(reviewers: Sequence[Reviewer], similar: Sequence[Similar] | None, floor: int) -> list[str]:
    """What is to be done before the decision, in words; nothing when it can be given.

    `similar` is None while the scenario has not been compared with the register; of the others those whose
    likeness reaches `floor` (ten-thousandths) must have been judged."""
    found = []
    if not reviewers:
        found.append("还没有指派论证人")
    if late := [reviewer.name for reviewer in reviewers if not reviewer.submitted]:
        found.append(f"{'、'.join(late)} 还没有提交论证意见")
    if missing := uncovered(reviewers):
        found.append(f"论证清单还缺：{'、'.join(criterion.label for criterion in missing)}")
    if similar is None:
        found.append("还没有查重")
    elif unjudged := [s for s in similar if s.score >= floor and s.judgement is None]:
        named = "、".join(f"{s.name}（相似度 {likeness_label(s.score)}）" for s in unjudged)
        found.append(f"相似场景还没有判断：{named}")
    return found
