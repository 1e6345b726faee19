"""What many texts are about: grouping them by their words. Pure; the library is scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SEED = 20_260_101
NONE = -1  # a text that belongs to no topic
MOST_TOPICS = 80
_FIT_ON = 40_000  # texts from which topics are learnt; all are then assigned
_LEAST_TEXTS = 20  # fewer say nothing about topics
_LEAST = 5  # texts of a topic
_ALIKE = 0.45  # cosine distance of two centres below which they are one topic
_FAR = 0.18  # cosine likeness to the centre below which a text is about something else
_WORDS = 8
_CHUNK = 20_000


@dataclass(frozen=True)
class Grouping:
    """`topic` of each text (NONE: of no topic) and the words of each topic, the most telling first. Topics are
    numbered by size, the largest first."""

    topic: Sequence[int]
    words: Sequence[Sequence[str]]


def group(texts: Sequence[Sequence[str]], *, seed: int = SEED) -> Grouping:
    """Topics of texts given as their words.

    TF-IDF vectors (sublinear, unit length) are clustered by mini-batch k-means with k = √n, at most 80;
    centres closer than 0.45 in cosine distance become one topic (average linkage); texts with a likeness
    below 0.18 to every centre belong to none. The same texts give the same topics.
    """
    if len(texts) < _LEAST_TEXTS:
        return Grouping([NONE] * len(texts), [])
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # on two cores the other one is for people in front of a page
        return _group(texts, seed)


def _group(texts: Sequence[Sequence[str]], seed: int) -> Grouping:
    nothing = Grouping([NONE] * len(texts), [])
    vectors, vocabulary = _vectors(texts)
    if vectors is None:
        return nothing
    centres = _centres(vectors, seed)
    if not len(centres):
        return nothing
    assigned = np.concatenate([_nearest(vectors[at : at + _CHUNK], centres) for at in range(0, len(texts), _CHUNK)])
    sizes = np.bincount(assigned[assigned >= 0], minlength=len(centres))
    order = [int(number) for number in np.argsort(-sizes, kind="stable") if sizes[number] >= _LEAST]
    rank = np.full(len(centres) + 1, NONE)  # the last place is that of NONE
    rank[order] = np.arange(len(order))
    named = [_telling(centres[number], vocabulary) for number in order]
    return Grouping(rank[assigned].tolist(), named)


def _vectors(texts: Sequence[Sequence[str]]) -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    # Words of one or two texts name somebody's shop; words of half of all texts tell none from another.
    maker = TfidfVectorizer(
        analyzer=_as_it_is,
        min_df=max(3, len(texts) // 5000),
        max_df=0.5,
        max_features=8000,
        sublinear_tf=True,
        dtype=np.float32,
    )
    try:
        vectors = maker.fit_transform(texts)
    except ValueError:  # no word is left
        return None, None
    return vectors.tocsr(), maker.get_feature_names_out()


def _as_it_is(words: Sequence[str]) -> Sequence[str]:
    return words


def _centres(vectors: Any, seed: int) -> Any:
    """Unit-length centres of topics, learnt from a sample."""
    from sklearn.cluster import AgglomerativeClustering, MiniBatchKMeans

    telling = np.flatnonzero(np.diff(vectors.indptr))  # texts that have any of the words
    if len(telling) < _LEAST_TEXTS:
        return np.empty((0, vectors.shape[1]), np.float32)
    if len(telling) > _FIT_ON:
        telling = np.sort(np.random.default_rng(seed).choice(telling, _FIT_ON, replace=False))
    sample = vectors[telling]
    k = int(min(MOST_TOPICS, max(2, round(len(telling) ** 0.5))))
    means = MiniBatchKMeans(k, random_state=seed, n_init=3, batch_size=4096, max_no_improvement=20).fit(sample)
    counts = np.bincount(means.labels_, minlength=k).astype(np.float32)
    centres = _unit(means.cluster_centers_)
    merged = AgglomerativeClustering(None, metric="cosine", linkage="average", distance_threshold=_ALIKE).fit(centres)
    return _unit(
        np.stack(
            [
                (centres[merged.labels_ == n] * counts[merged.labels_ == n, None]).sum(0)
                for n in range(merged.n_clusters_)
            ]
        )
    )


def _telling(centre: Any, vocabulary: Any) -> list[str]:
    """The words of a centre by their weight; those that hardly weigh anything are not its words."""
    best = np.argsort(-centre, kind="stable")[:_WORDS]
    return [str(vocabulary[at]) for at in best if centre[at] > 0.1 * centre[best[0]]]


def _nearest(vectors: Any, centres: Any) -> Any:
    likeness = vectors @ centres.T
    best = likeness.argmax(1)
    best[likeness[np.arange(len(best)), best] < _FAR] = NONE
    return best


def _unit(rows: Any) -> Any:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths == 0, 1, lengths)).astype(np.float32)
