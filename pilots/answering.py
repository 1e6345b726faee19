"""All five answers about one indicator of a pilot, with the words that stand under each. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pilots import answer_words as words
from pilots import answers, judging, profile, starts, wording
from pilots.answers import Distance, Promise, Strata
from pilots.evaluation import Evaluation, Measure
from pilots.profile import Profile, Transfer
from pilots.starts import Averages
from pilots.verdict_words import fact


@dataclass(frozen=True)
class Compared:
    """What needs other counties: questions two to five."""

    distance: Distance
    before: pd.DataFrame
    strata: Strata
    gap: pd.DataFrame
    small: pd.DataFrame | None
    profile: Profile
    starts: Averages | None = None  # only where the counties started at different times


@dataclass(frozen=True)
class Answers:
    """What the page draws and the report prints: a sentence a question, and those that qualify it. A county that
    sees only itself gets the first question; `compared` is None."""

    promise: Promise
    compared: Compared | None
    sentences: Sequence[str]
    notes: Sequence[Sequence[str]]


def answer(evaluation: Evaluation, measure: Measure, transfer: Transfer) -> Answers:
    """Sentence 3 is the one that the verdict's evidence allows, word for word."""
    span, indicator, cause = evaluation.span, measure.indicator, measure.cause
    evidence = judging.evidence_of(evaluation, measure)
    promise = answers.promise(measure, span.first_post, span.last_post)
    first = words.promise_words(measure, promise)
    notes = [_said(words.changed_words(promise), words.skipped_words(promise))]
    if evaluation.own_only:
        return Answers(promise, None, (first,), notes)
    distance = answers.distance(evaluation, measure)
    strata = answers.strata(evaluation, measure)
    course = answers.gap_course(evaluation, measure)
    small = answers.small_places(evaluation, measure)
    begun = starts.averages(evaluation, measure)
    consistent = answers.consistency(evaluation, measure)
    sign = indicator.direction.sign
    sides = {side: effect.oriented(sign) for side, effect in measure.by_side.items()}
    whole = profile.profile(evidence.goal, cause.parallel, sides, consistent, transfer)
    names = {unit.code: unit.name for unit in evaluation.units}
    seen = fact(evidence)
    return Answers(
        promise=promise,
        compared=Compared(distance, answers.before(evaluation, measure), strata, course, small, whole, begun),
        sentences=(
            first,
            words.distance_words(distance),
            f"{seen}。" if seen else "试点与对照地区没有可比的前后数据，不能说是不是试点带来的。",
            wording.compare_words(measure),
            words.profile_words(whole),
        ),
        notes=(
            *notes,
            _said(words.small_words(small, names)),
            _said(
                words.robust_words(measure.effect),
                words.simpson_words(indicator, strata),
                words.pre_trend_words(indicator, cause),
                words.placebo_words(measure.effect),
                "" if begun is None else starts.said(measure, begun),
            ),
            _said(words.gap_words(indicator, course, span.starting)),
            _said(words.consistency_words(consistent)),
        ),
    )


def _said(*sentences: str) -> list[str]:
    return [sentence for sentence in sentences if sentence]
