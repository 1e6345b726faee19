"""What to do with a pilot: the first rule that fits its evidence decides.

The evidence is in `pilots.evidence`, the table in `pilots.verdict_rules`, the wording in
`pilots.verdict_words`. A person may overrule the verdict with a printed reason; the table never guesses.
"""

from __future__ import annotations

from pilots.evidence import Decision, Evidence
from pilots.verdict_rules import RULES, Rule
from pilots.verdict_words import fact, figures_of, lacking, words_of

__all__ = ["RULES", "Decision", "Evidence", "Rule", "decide"]


def decide(evidence: Evidence) -> Decision:
    """The first rule of `RULES` that fits; the last one always does."""
    rule = next(rule for rule in RULES if rule.when(evidence))
    words = words_of(evidence) | {"scope": rule.scope(evidence)}
    seen = fact(evidence)
    because = rule.because.format(**words)
    return Decision(
        verdict=rule.verdict,
        rule_id=rule.id,
        sentence=f"{seen}；{because}。" if seen else f"{because}。",
        figures=figures_of(evidence),
        next_step=rule.next_step.format(**words),
        missing=lacking(evidence),
        scope=words["scope"],
    )
