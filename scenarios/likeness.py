"""How alike scenarios are (应用查重): cosine of TF-IDF over pairs of neighbouring characters, and the words behind it.

Pairs of characters need no segmentation, so a new coinage counts as much as a dictionary word. What most
scenarios say (“数据”, “部门”) weighs little, what few say weighs much. METHODS §6.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_RUN = re.compile(r"[^\W_]+")
_WORDS = 8  # as many shared words as are worth reading
_LONGEST = 24  # characters of one shared word that are shown; a copied paragraph is one word


@dataclass(frozen=True)
class Match:
    """A text like the one asked about: `score` from 0 (nothing shared) to 1 (the same), and the words that
    made it, the weightiest first."""

    id: int
    score: float
    shared_words: tuple[str, ...]


def similar(text: str, corpus: Mapping[int, str], top: int = 5) -> list[Match]:
    """The `top` texts of `corpus` (id → text) most like `text`, most alike first, those sharing nothing left out.

    Cosine similarity of TF-IDF vectors of character pairs with logarithmic term counts (scikit-learn's
    TfidfVectorizer, sublinear_tf, smoothed idf). `text` is counted into the vocabulary, because what only it
    says must make it less alike. About 0.2 s for 3,000 texts of 140 characters.
    """
    if not corpus or top < 1 or not _pairs(text):
        return []
    from sklearn.feature_extraction.text import TfidfVectorizer

    ids = list(corpus)
    weights = TfidfVectorizer(analyzer=_pairs, sublinear_tf=True)
    matrix = weights.fit_transform([text, *corpus.values()])
    scores = (matrix[1:] @ matrix[0].T).toarray().ravel()
    best = sorted((row for row in range(len(ids)) if scores[row] > 0), key=lambda row: (-scores[row], ids[row]))
    vocabulary = weights.vocabulary_
    found = []
    for row in best[:top]:
        product = matrix[0].multiply(matrix[row + 1]).tocsr()
        shared = dict(zip(product.indices.tolist(), product.data.tolist(), strict=True))
        by_pair = {pair: shared[vocabulary[pair]] for pair in set(_pairs(text)) if vocabulary[pair] in shared}
        score = min(1.0, round(float(scores[row]), 9))  # the same text twice is 1, not 1.0000000000000002
        found.append(Match(ids[row], score, _words(text, corpus[ids[row]], by_pair)))
    return found


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _pairs(text: str) -> list[str]:
    """Neighbouring characters; punctuation and blanks separate."""
    return [run[at : at + 2] for run in _RUN.findall(_normal(text)) for at in range(len(run) - 1)]


def _words(text: str, other: str, weight: Mapping[str, float]) -> tuple[str, ...]:
    """The longest runs of characters that both texts have, by the weight of their pairs."""
    there = _normal(other)
    worth: dict[str, float] = {}
    for run in _RUN.findall(_normal(text)):
        start = 0
        while start < len(run) - 1:
            end = start + 1
            while end < len(run) and run[end - 1 : end + 1] in weight and run[start : end + 1] in there:
                end += 1
            if end - start > 1:
                word = run[start:end]
                worth[word] = sum(weight[word[at : at + 2]] for at in range(len(word) - 1))
            start = max(end - 1, start + 1)
    chosen: list[str] = []
    for word in sorted(worth, key=lambda word: (-worth[word], word)):
        if not any(word in longer for longer in chosen):
            chosen.append(word)
    return tuple(word if len(word) <= _LONGEST else word[: _LONGEST - 1] + "…" for word in chosen[:_WORDS])
