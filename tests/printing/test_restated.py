"""A report that replaces another says line by line what changed and why: each kind of it, from inputs of which one
thing was changed, and once from end to end."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from accounts.permissions import OPERATOR
from challenges import deadline_service, service, stages
from challenges import queries as challenges
from core import clock
from core.periods import Period
from core.words import SignatureKind, TargetKind
from db.happened import Event
from db.issuing import changed
from db.session import read
from metrics import corrected, defined
from metrics.figure_panel import Choice
from metrics.promises import TargetView
from metrics.quality import Quality
from metrics.quarter import Line, Month
from panels.result_queries import SignatureView
from pilots.county_quarter import CountyQuarter
from printing import compared, making, reasons, registry
from printing.reasons import Cause
from tests.printing.expected import rounded
from tests.printing.printed import DEMO
from tests.support import cast as people
from tests.support import databases

KINDS = registry.kinds()
AT = datetime(2026, 11, 22, 6, 5, tzinfo=UTC)  # 14:05 in Beijing


@pytest.fixture(scope="module")
def demo(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("restated")
    path = folder / "zhiping.db"
    shutil.copyfile(demo_template, path)
    with databases.using(folder, databases.sqlite_url(path)):
        yield


# -- the words, without any database ---------------------------------------------------------


def test_every_cell_has_a_label_that_says_where_it_stands() -> None:
    rows: list[list[object]] = [["安吉县", "91%", None], ["德清县", "88%", "3"], ["安吉县", "–", ""]]
    assert compared.table("各地", ["地区", "比率", "缺报"], rows) == {
        "各地：安吉县　比率": "91%",
        "各地：安吉县　缺报": "–",
        "各地：德清县　比率": "88%",
        "各地：德清县　缺报": "3",
        "各地：安吉县（2）　比率": "–",
        "各地：安吉县（2）　缺报": "–",
    }
    assert compared.listed("材料", ["文件", "日期"], [["方案", "11-22"], ["方案", "11-23"]]) == {
        "材料：方案": "11-22",
        "材料：方案＊": "11-23",
    }


def _event(changes: dict[str, Any], reason: str = "", entity_id: str = "1", action: str = "duty:edit") -> Event:
    return Event(AT, "李研", "省发展研究院", action, "scenario", entity_id, changes, reason)


def test_the_log_is_told_in_the_words_that_its_readers_may_know() -> None:
    cause = Cause("scenario", {1}, {"duty:edit"}, {"bid": 7})
    mine, other = {"bid": 7, "do": "派单", "办理时限": ["2天", "1天"], "item": 5}, {"bid": 8, "do": "派单"}
    (told,) = reasons.told([_event(mine, "会商同意。"), _event(other)], cause)
    assert told.words == "北京时间 2026-11-22 14:05，李研修改责任事项：派单；办理时限 2天 → 1天，理由：会商同意。"
    (told,) = reasons.told([_event(mine, "会商同意。")], replace(cause, persons=False, reasons=False))
    assert told.words == "北京时间 2026-11-22 14:05，省发展研究院修改责任事项：派单；办理时限 2天 → 1天。"
    (told,) = reasons.told([_event({"bid": 7}), _event({"bid": 7})], cause)
    assert told.words == "北京时间 2026-11-22 14:05，李研修改责任事项（共 2 项）。"
    assert reasons.shortened([str(at) for at in range(23)])[-1] == "另有 3 项，见操作记录。"


def test_counties_that_changed_groups_are_named_with_day_and_ground() -> None:
    said = {"name": "山区海岛县", "last_day": "2026-10-31", "source": "浙委办〔2026〕9号"}
    moved = [_event(said, entity_id=code, action="region:leave_group") for code in ("330328", "330329")]
    (told,) = corrected.regrouped(moved, {"330328": "文成县", "330329": "泰顺县"})
    assert told.words == (
        "北京时间 2026-11-22 14:05，李研登记退出地区类型：文成县、泰顺县，山区海岛县（到 2026-10-31），依据：浙委办〔2026〕9号。"
    )


# -- what is found --------------------------------------------------------------------------


def test_a_corrected_value_is_told_with_both_values_person_and_reason(demo: None) -> None:
    """A county is told its own; what was entered before the earlier report is no reason."""
    start, end = datetime(2020, 1, 1, tzinfo=UTC), clock.now()
    with read() as session:
        own = corrected.values({1}, ["330523"])(session, start, end)
        everybody = corrected.values({1})(session, start, end)
        assert corrected.values({1})(session, end, end + timedelta(days=1)) == []
    (told,) = [dated.words for dated in own if "月底补登" in dated.words]
    said = re.fullmatch(
        r"北京时间 [\d :-]+，王安吉更正安吉县\d{4}年\d+月“按时办结率”："
        r"([\d.]+)%（(\d+) / (\d+)） → ([\d.]+)%（(\d+) / (\d+)），"
        "理由：月底补登的工单漏统计 3 件，已与台账核对。",
        told,
    )
    assert said is not None, told
    before, n, d, after, corrected_n, same = said.groups()
    assert (int(corrected_n), same) == (int(n) + 3, d)
    assert [before, after] == [rounded(Fraction(int(part) * 100, int(d)), 2) for part in (n, corrected_n)]
    assert {dated.words for dated in own} < {dated.words for dated in everybody}


def test_every_numbered_kind_says_where_its_reasons_come_from() -> None:
    silent = {
        key
        for key, kind in KINDS.items()
        if type(kind).__dataclass_fields__["causes"].default is kind.causes
        and type(kind).__dataclass_fields__["why"].default is kind.why
    }
    assert silent == {"receipt"}  # not numbered: it proves what was stored at a moment


# -- each kind, of which one thing was changed ------------------------------------------------


def _body(found: Any) -> Any:
    body = deepcopy(found.found.body)
    (sheet,) = [item for item in body["tables"] if item["name"] == "各评委评分"]
    sheet["rows"][0][3] = "12"
    return replace(found, found=replace(found.found, body=body))


def _first(rows: Any, **changes: Any) -> list[Any]:
    return [replace(rows[0], **changes), *rows[1:]]


CHANGES: dict[str, tuple[Callable[[Any], Any], str, str]] = {
    "promotion": (
        lambda of: replace(of, candidates=of.candidates.assign(还缺="两项数据").iloc[:1]),
        r"^候选：\S+$",
        "两项数据",
    ),
    "order": (lambda of: replace(of, demand="十日内整改。"), "^要求$", "十日内整改。"),
    "gap": (
        lambda of: replace(of, found=[replace(of.found[0], points=of.found[0].points[:-1]), *of.found[1:]]),
        r"：20\d\d年\d+月　",
        "–",
    ),
    "indicator": (lambda of: replace(of, indicator=replace(of.indicator, source="新系统")), "^数据来源$", "新系统"),
    "catalogue": (
        lambda of: [replace(of[0], indicator=replace(of[0].indicator, limits="漏报多")), *of[1:]],
        r"^KH01 .+：局限与偏差$",
        "漏报多",
    ),
    "dossier": (
        lambda of: replace(of, scenario=replace(of.scenario, reforms=_first(of.scenario.reforms, measure="全部废止"))),
        "^改革：",
        "全部废止",
    ),
    "duties": (
        lambda of: replace(of, directory=replace(of.directory, names=dict.fromkeys(of.names, "新单位"))),
        "：责任单位$",
        "新单位",
    ),
    "review": (_body, r"^评分：\S+ CP-2026-\d+　", "12"),
    "marks": (_body, r"^评分：\S+ CP-2026-\d+　", "12"),
    "challenge_list": (lambda of: _first(of, indicators="识别率不低于 99%。"), "：要达到的指标$", "识别率不低于 99%。"),
    "challenge_notice": (
        lambda of: replace(of, notice=replace(of.notice, ranking=[{**of.notice.ranking[0], "organisation": "甲公司"}])),
        "^顺位：1$",
        "甲公司",
    ),
    "challenge_contract": (
        lambda of: replace(of, rows=[[*of.rows[0][:3], "2030-01-01", *of.rows[0][4:]], *of.rows[1:]]),
        "^里程碑：1　完成期限$",
        "2030-01-01",
    ),
    "challenge_milestone": (
        lambda of: replace(of, files=[["补充.pdf", "胡联", "2026-11-30"]]),
        "^佐证材料：补充.pdf$",
        "胡联",
    ),
    "award_notice": (
        lambda of: replace(of, notice=replace(of.notice, listed=[{**of.notice.listed[0], "grade": "特别案例"}])),
        "^.+（.+）$",
        " 特别案例",
    ),
    "award_list": (
        lambda of: replace(of, kept=replace(of.kept, body={**of.kept.body, "lines": []})),
        r"^名次：CP-2026-\d+ ",
        "–",
    ),
    "award_certificate": (lambda of: replace(of, row=replace(of.row, grade="特别案例")), "^等次$", "特别案例"),
    "award_letter": (lambda of: replace(of, said=_first(of.said, level="中")), "^需求真实性", "中"),
}


_TOLD = {key: DEMO[key] for key in ("gap", "dossier", "duties", "award_notice", "award_certificate", "award_letter")}


@pytest.mark.parametrize("key", CHANGES)
def test_a_kind_lists_the_line_that_changed(demo: None, key: str) -> None:
    kind, (change, label, after) = KINDS[key], CHANGES[key]
    subject = _TOLD.get(key) or kind.subjects(OPERATOR)[0].id
    inputs = kind.load(OPERATOR, subject)
    before, now = (kind.identity(OPERATOR, of).lines for of in (inputs, change(inputs)))
    assert changed(before, before) == ()
    lines = changed(before, now)
    assert [line for line in lines if re.search(label, line.label) and after in line.after], lines[:5]
    assert all(line.before != line.after for line in lines)


def test_a_county_lists_the_month_that_changed_and_who_set_its_target(demo: None) -> None:
    indicator = defined.indicator(1)
    assert indicator is not None
    months = [Month("2026-08", 86_000_000, 100_000_000, Fraction(86), "已报", 0)]
    target = TargetView(TargetKind.TARGET, Decimal(91), "2026-08", None, "市里统一上调", AT, "李研")
    line = Line(
        Choice(1, "民呼我为全省试点", indicator.code, indicator.name), indicator, months, Fraction(86), 86, 100,
        "", None, 1, 3, None, None, [target], None, "2026-08",
    )  # fmt: skip
    quarter = Period.parse("2026Q3")
    county = CountyQuarter(
        "330523", "安吉县", "湖州市", "发达地区", quarter, [line], [], [], Quality(None, (), ()), [], 1, 1, [], [], []
    )
    kind = KINDS["county"]
    now = replace(county, lines=[replace(line, months=[replace(months[0], n=87_000_000, value=Fraction(87))])])
    (found,) = changed(*(kind.identity(OPERATOR, of).lines for of in (county, now)))
    assert (found.label, found.before[:6], found.after[:6]) == ("按时办结率：2026年8月", "86.00%", "87.00%")
    (said,) = kind.why(county, AT - timedelta(seconds=1))
    assert said == "北京时间 2026-11-22 14:05，李研将“按时办结率”的目标值自2026年8月起改为 91.00%，理由：市里统一上调。"
    assert kind.why(county, AT) == []


def test_a_comparison_is_another_one_when_a_line_in_its_pictures_moves(demo: None) -> None:
    """The pictures show it, so the number tells it: both were printed under one."""
    kind = KINDS["gap"]
    of = kind.load(OPERATOR, DEMO["gap"])
    first, *others = of.found
    line = TargetView(TargetKind.TARGET, Decimal("12.5"), first.points[-1].period, None, "市里统一上调", AT, "李研")
    moved = replace(first, panel=replace(first.panel, targets=[*first.panel.targets, line]))
    now = replace(of, found=[moved, *others])
    before, after = kind.identity(OPERATOR, of), kind.identity(OPERATOR, now)
    assert before.inputs != after.inputs
    (change,) = changed(before.lines, after.lines)
    assert change.label == f"{first.indicator.name}：基线和目标" and "目标 12.5" in change.after
    said = [words for words in kind.why(now, AT - timedelta(seconds=1)) if words not in kind.why(of, AT)]
    assert len(said) == 1 and said[0].endswith("，理由：市里统一上调。")


def test_a_new_result_says_who_signed_it_and_what_it_rests_on(demo: None) -> None:
    kind = KINDS["review"]
    kept = kind.load(OPERATOR, kind.subjects(OPERATOR)[0].id)
    body = deepcopy(kept.found.body)
    (fairness,) = [item for item in body["tables"] if item["name"] == "公正性说明"]
    fairness["rows"].append(["更正评分　CP-1", "甲的评分表经乙同意解锁后更正。理由：笔误"])
    signed = [SignatureView(1, "李研", SignatureKind.PROPOSE, "", AT)]
    newer = replace(
        kept, found=replace(kept.found, number=2, signatures=signed, body=body, changes=["CP-1 由第 2 名变为第 1 名"])
    )
    assert list(kind.why(newer, AT)) == [
        "北京时间 2026-11-22 14:05，李研提请定稿第 2 号结果。",
        "更正评分　CP-1：甲的评分表经乙同意解锁后更正。理由：笔误",
        "与上一号结果相比：CP-1 由第 2 名变为第 1 名",
    ]


def test_from_end_to_end_a_list_whose_deadline_was_put_off(demo: None) -> None:
    """Old and new value and the reason stand in an annex that is announced; printed again it is the same paper."""
    kind, li = KINDS["challenge_list"], people.assemble_demo()["liyan"]
    first = making.make(li, kind, "all")
    view = kind.load(li, "all")[0]
    deadline_service.extend(
        li, view.row.id, view.row.deadline + timedelta(days=3), "应三家单位请求，顺延三天。", seen_version=view.version
    )
    second = making.make(li, kind, "all")
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(second.data)).pages))
    later = challenges.challenge(li, view.row.id)
    assert later is not None
    for said in (
        "3.与前一份报告的差异",
        f"本报告替代编号{first.number}的报告，下列内容有变化。",
        f"{view.row.code}：截止时间",
        "省发展研究院延长揭榜期限，理由：应三家单位请求，顺延三天。",
    ):
        assert said in text
    assert "李研" not in text
    assert making.make(li, kind, "all") == second
    letter = making.make(li, kind, "all", "docx").data
    assert second.number != first.number and len(letter) > 0


def test_a_list_says_which_challenges_left_it_and_only_those(demo: None) -> None:
    kind, li = KINDS["challenge_list"], people.assemble_demo()["liyan"]
    views, before = kind.load(li, "all"), clock.now()
    stays, goes = views[0].row, views[-1].row
    assert len(views) > 1 and not _left(views, before, clock.now())
    service.move(li, goes.id, stages.WITHDRAW, "需求有变，另行组织。", seen_version=views[-1].version)
    (withdrawn,) = _left(kind.load(li, "all"), before, clock.now())
    assert re.fullmatch(rf"{goes.code} 已于北京时间 [\d :-]+ 撤榜，不再列出。", withdrawn)
    assert _left(views, before, stays.deadline) == [
        withdrawn,
        f"{stays.code} 已于北京时间 {clock.show(stays.deadline)} 截止揭榜，不再列出。",
    ]
    assert not _left(views, clock.now(), stays.deadline - timedelta(seconds=1))


def _left(views: Any, start: datetime, end: datetime) -> list[str]:
    return [words for words in reasons.since(KINDS["challenge_list"].causes(views), start, end) if "不再列出" in words]
