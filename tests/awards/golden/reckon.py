"""The expected lists of a golden edition, reckoned from its file alone with nothing of the program: `python reckon.py NAME`
writes NAME.expected.json. Plain and slow on purpose; the rules are those of DOMAIN §9 and METHODS §1.

A file holds: tracks {name: {"grades": [[name, places]], "kept", "shortlist"}}, weights in percent, first_share, entries
[{"code", "track", "remote", "group", "objective"}], first and final {track: {judge: {code: mark or marks}}}, replaced
{track: {judge: by}} (his marks are void, the other's count), withdrawn [codes], votes_first / votes_final {code: votes},
thrown_out [codes]. Criteria have the weights in "criteria".
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def sheet(mark: Any, criteria: list[int]) -> Fraction:
    marks = mark if isinstance(mark, list) else [mark] * len(criteria)
    return Fraction(sum(Fraction(str(m)) * w for m, w in zip(marks, criteria, strict=True)), sum(criteria))


def trimmed(scores: list[Fraction]) -> Fraction:
    """One highest and one lowest dropped from five or more. (No entry of these files has fewer than three.)"""
    assert len(scores) >= 3
    kept = sorted(scores)[1:-1] if len(scores) >= 5 else scores
    return sum(kept, Fraction()) / len(kept)


def round_scores(story: dict[str, Any], which: str, codes: set[str]) -> dict[str, Fraction]:
    found: dict[str, list[Fraction]] = {code: [] for code in codes}
    for track, judges in story[which].items():
        void = story.get("replaced", {}).get(track, {}) if which == "first" else {}
        for judge, given in judges.items():
            for code, mark in given.items():
                if code in codes and judge not in void:
                    found[code].append(sheet(mark, story["criteria"]))
    return {code: trimmed(scores) for code, scores in found.items() if scores}


def places(scores: dict[str, Fraction]) -> dict[str, int]:
    return {code: 1 + sum(other > score for other in scores.values()) for code, score in scores.items()}


def fill(order: list[dict[str, Any]], places: int, kept: int) -> list[str]:
    remote = [item["code"] for item in order if item["remote"]][:kept]
    chosen = set(remote)
    for item in order:
        if len(chosen) == places:
            break
        chosen.add(item["code"])
    return [item["code"] for item in order if item["code"] in chosen]


def reckon(story: dict[str, Any]) -> dict[str, Any]:
    entries = {item["code"]: item for item in story["entries"]}
    gone = set(story.get("withdrawn", ()))
    first = round_scores(story, "first", set(entries) - gone)
    shortlisted: dict[str, list[str]] = {}
    for name, track in story["tracks"].items():
        mine = [item for code, item in entries.items() if item["track"] == name and code not in gone]
        place = places({item["code"]: first[item["code"]] for item in mine})
        votes = story.get("votes_first", {})
        mine.sort(key=lambda item: (place[item["code"]], -votes.get(item["code"], 0)))
        shortlisted[name] = sorted(fill(mine, track["shortlist"], track["kept"]))
    lists = []
    for out in (set(), set(story.get("thrown_out", ()))):
        lists.append(final_list(story, entries, first, shortlisted, gone, out))
        if not story.get("thrown_out"):
            break
    return {"shortlisted": shortlisted, "lists": lists}


def final_list(
    story: dict[str, Any],
    entries: dict[str, Any],
    first: dict[str, Fraction],
    shortlisted: dict[str, list[str]],
    gone: set[str],
    out: set[str],
) -> list[list[Any]]:
    final = round_scores(story, "final", {code for codes in shortlisted.values() for code in codes})
    points: dict[str, Fraction] = {}
    for group in {item["group"] for item in entries.values()}:
        # Who left stays in the yardstick, who was thrown out does not.
        mine = {code: item["objective"] for code, item in entries.items() if item["group"] == group and code not in out}
        low, high = min(mine.values()), max(mine.values())
        for code, value in mine.items():
            points[code] = Fraction(80) if low == high else 60 + Fraction(40 * (value - low), high - low)
    panel_weight, objective_weight = (Fraction(story["weights"][name], 100) for name in ("panel", "objective"))
    share = Fraction(story["first_share"], 100)
    found = []
    votes = story.get("votes_final", {})
    for name, track in story["tracks"].items():
        codes = [code for code in shortlisted[name] if code not in out]
        place = places({code: final[code] for code in shortlisted[name]})
        total = {
            code: panel_weight * (share * first[code] + (1 - share) * final[code]) + objective_weight * points[code]
            for code in codes
        }
        key = {code: (-total[code], -final[code], -points[code], place[code]) for code in codes}
        codes.sort(key=lambda code: (key[code], -votes.get(code, 0), code))
        chosen = fill([entries[code] for code in codes], sum(n for _, n in track["grades"]), track["kept"])
        grades = [grade for grade, count in track["grades"] for _ in range(count)]
        by_code = dict(zip(chosen, grades, strict=False))
        ranks = {
            code: 1 + sum((key[other], -votes.get(other, 0)) < (key[code], -votes.get(code, 0)) for other in codes)
            for code in codes
        }
        found += [[name, code, by_code.get(code, ""), ranks[code]] for code in codes]
    return found


if __name__ == "__main__":
    given = json.loads((HERE / f"{sys.argv[1]}.json").read_text(encoding="utf-8"))
    text = json.dumps(reckon(given), ensure_ascii=False, indent=1)
    (HERE / f"{sys.argv[1]}.expected.json").write_text(text + "\n", encoding="utf-8")
