"""What must stand in each kind of report, made from the queries alone: no story and no table of a report is asked.

A function a kind: `(actor, subject)` gives tables (`Table`), names with their values, key figures with their notes, and
sentences. Everything is compared as printed, to the digit; blanks do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from accounts.permissions import Actor
from awards import after_queries
from awards import queries as awards
from awards import result_queries as award_results
from challenges import queries as challenges
from challenges import work_queries
from core import clock
from core.numbers import format_number
from core.periods import Period
from core.words import AwardEntryState, BidMilestoneState, Combine, IndicatorRole, SheetState
from metrics import defined, definition_queries, figure_panel, gap_queries, wording
from metrics.model import Indicator
from panels import result_queries, sheet_queries
from pilots import county_queries, order_queries, promotion_queries, queries
from pilots import wording as pilot_wording
from scenarios import duty_queries, need_queries
from scenarios import queries as scenarios


@dataclass(frozen=True)
class Table:
    """Some of a table's columns and all of its rows in order. `printed`: as many as are on paper, where not all are.
    `among` others, in this order."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    printed: int | None = None
    among: bool = False


Item = Table | str | tuple[str, str] | tuple[str, str, str]


def exact(micro: object) -> str:
    """Millionths as they were reported: 1,234.5."""
    text = f"{Decimal(int(micro)).scaleb(-6):,f}"  # type: ignore[call-overload]
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: Fraction, places: int) -> str:
    """Half up, from the exact value."""
    number = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"


def month(period: str) -> str:
    return f"{period[:4]}年{int(period[5:])}月"


def pilot(li: Actor, subject: str) -> Iterator[Item]:
    found = queries.evaluate(li, int(subject))
    assert found is not None and found.goal is not None
    yield from pilot_wording.key_figures(found, found.goal)
    parts = [[part.aspect.label, format_number(part.points, 1)] for part in found.quality.parts]
    yield Table(["部分", "得分"], parts)
    for measure in found.measures:
        sides = [side for side in dict.fromkeys(measure.groups.side) if side]
        columns = [("pilot", side) for side in sides] + [("comparison", "")]
        cells = {(row.period, row.arm, row.side): _cell(measure.indicator, row) for row in measure.groups.itertuples()}
        rows = [
            [month(period), *(cells.get((period, *column), "–") for column in columns)]
            for period in sorted(measure.groups.period.unique(), reverse=True)
        ]
        yield Table(["报送期", *(f"{side}试点" for side in sides), "对照地区"], rows)
        if measure.role is IndicatorRole.GOAL and measure.latest:
            last = measure.counties[measure.counties.period == measure.latest].set_index("code")
            rows = []
            for unit in found.units:
                n, d = last.loc[unit.code, ["n", "d"]] if unit.code in last.index else (None, None)
                shown, above, below = _figure(measure.indicator, n, d)
                rows.append([unit.name, unit.arm.label, shown, "–" if shown == "–" else f"{above}/{below}"])
            yield Table(["地区", "试点或对照", "数值", "分子 / 分母"], rows)
    due = found.returns[found.returns.due]
    rows = []
    for unit in found.units:
        counted = Counter(due[due.code == unit.code].status)
        counts = [str(counted[status]) for status in ("on_time", "late", "returned", "missing")]
        rows.append([unit.name, str(counted.total()), *counts])
    yield Table(["地区", "应报", "按时", "迟报", "退回", "缺报"], rows)
    targets = [
        [measure.indicator.name, measure.indicator.show(target.value), month(target.from_period)]
        for measure in found.measures
        for target in measure.targets
    ]
    yield Table(["指标", "数值", "自"], targets)


def _cell(indicator: Indicator, row: Any) -> str:
    """A group's period: the figure from its parts, and how many reported."""
    value = "–" if row.value is None else rounded(Fraction(row.value), indicator.decimals) + indicator.unit
    mark = ("（不完整）" if row.incomplete else "") + ("（旧口径）" if row.run else "")
    parts = exact(row.n) if pd.isna(row.d) else f"{exact(row.n)} / {exact(row.d)}"
    return f"{value}{mark}{parts}，{row.reported}/{row.expected}"


def county(li: Actor, subject: str) -> Iterator[Item]:
    """From the panels of everybody's returns; the quarter's figures are made here."""
    code, _, key = subject.partition(":")
    quarter = Period.parse(key)
    overview = []
    for choice in figure_panel.choices(li, reported=False):
        panel = figure_panel.panel(li, choice.collection_id, choice.code)
        if panel is None or code not in panel.units:
            continue
        indicator, own = panel.indicator, panel.rows[panel.rows.code == code].sort_values("period", ascending=False)
        assert indicator.kind.has_denominator and set(own.indicator_id) <= {indicator.id}
        owed = panel.owed[panel.owed.code == code].period
        due = {period for period in owed if quarter.start <= Period.parse(period).end <= quarter.end}
        own = own[[Period.parse(period).end <= quarter.end for period in own.period]]
        now = own[[Period.parse(period).end >= quarter.start for period in own.period]]
        if now.empty and not due:
            continue
        columns = ["报送期", "数值", indicator.n_label, indicator.d_label]
        rows = [[month(row.period), *_figure(indicator, row.n, row.d)] for row in own.head(13).itertuples()]
        yield Table(columns, rows, printed=len(now))
        known = now.dropna(subset=["value"])
        if indicator.combine_time is Combine.LAST or indicator.accumulation.cumulative:
            known = known.head(1)
        else:
            assert indicator.combine_time is Combine.RATIO
        value = _figure(indicator, sum(map(int, known.n)), sum(map(int, known.d)))[0] if len(known) else "–"
        overview.append([value, f"{len(now.dropna(subset=['value']))} / {len(due)}"])
    yield Table(["本季度", "已报 / 应报"], overview)
    taking = county_queries.county(li, code)
    assert taking is not None
    yield Table(
        ["试点", "作用", "状态"],
        [
            [view.name, arm.label, view.state.label]
            for view, arm in taking.pilots
            if view.start_on <= quarter.end and view.end_on >= quarter.start
        ],
    )


def _figure(indicator: Indicator, n: object, d: object) -> tuple[str, str, str]:
    if pd.isna(n) or pd.isna(d):
        return "–", "–", "–"
    value = Fraction(int(n), int(d)) * indicator.factor  # type: ignore[call-overload]
    return rounded(value, indicator.decimals) + indicator.unit, exact(n), exact(d)


def gap(li: Actor, subject: str) -> Iterator[Item]:
    names = []
    for choice in gap_queries.choices(li):
        found = None
        if str(choice.collection_id) == subject:
            found = gap_queries.comparison(li, choice.collection_id, choice.code)
        if found is None:
            continue
        show = found.indicator.show
        rows = [
            [Period.parse(point.period).label, show(point.first.value), show(point.second.value)]
            for point in reversed(found.points)
        ]
        yield Table(["报送期", "发达地区", "山区海岛县"], rows, printed=min(13, len(rows)))
        now = found.now
        if now is None or now.gap is None:
            names.append([found.indicator.name, "–", "–"])
        else:
            names.append([found.indicator.name, show(now.first.value), show(now.second.value)])
            yield "发达地区", show(now.first.value), f"已报 {now.first.reported} / {now.first.expected}"
            yield "山区海岛县", show(now.second.value), f"已报 {now.second.reported} / {now.second.expected}"
    yield Table(["指标", "发达地区", "山区海岛县"], names)


def promotion(li: Actor, subject: str) -> Iterator[Item]:
    found = promotion_queries.promotion(li, int(subject), ())
    assert found is not None
    tiers: dict[str, list[list[object]]] = {}
    for place, item in enumerate(found.candidates, start=1):
        tiers.setdefault(item.tier, []).append([place, item.name, item.group, item.why, "；".join(item.lacking) or "–"])
    for rows in tiers.values():
        yield Table(["顺序", "地区", "地区类型", "理由", "还缺"], rows, printed=min(30, len(rows)))
    used = [[item.label, "是" if item.key in found.chosen else "否", item.source] for item in found.covariates]
    yield Table(["比较因素", "采用", "来源"], used)
    adopted = promotion_queries.adoptions(li, pilot_id=int(subject))
    if adopted:
        late = {True: "（逾期）", False: ""}
        planned = [[of.region, of.state.label + late[of.overdue], str(of.due_on or "–")] for of in adopted]
        yield Table(["地区", "状态", "计划上线"], planned)
    if (verdict := found.pilot.verdict) is not None:
        yield f"结论：{verdict.verdict.label}。{verdict.sentence}"


def order(li: Actor, subject: str) -> Iterator[Item]:
    found = order_queries.order(li, int(subject))
    assert found is not None
    yield "被督办单位", found.order.organisation
    yield "措施", found.order.action.label
    yield found.demand
    path = [[clock.show(step.at), step.do, step.text, str(step.due_on)] for step in found.path]
    yield Table(["北京时间", "办理", "情况", "回复期限"], path)


def indicator(li: Actor, subject: str) -> Iterator[Item]:
    found = defined.indicator(int(subject))
    assert found is not None
    yield from wording.facts_of(found)
    yield found.meaning
    uses = [[use.collection, use.role.label] for use in definition_queries.uses(li, found.code)]
    yield Table(["报送任务", "作用"], uses)


def catalogue(li: Actor, _: str) -> Iterator[Item]:
    known = defined.indicators()
    assert len(known) > 20
    for found in known:
        yield f"{found.code}　{found.name}"
        yield found.meaning
        yield "怎么算", found.formula
        source = definition_queries.source(li, found)
        yield "数据资源", f"{source.name}（{source.provider}）" if source else "–"


def dossier(li: Actor, subject: str) -> Iterator[Item]:
    found = scenarios.scenario(li, int(subject))
    assert found is not None
    yield "编号", found.row.code
    yield "当前版本", found.row.version_label
    yield found.summary
    needs = {need.id: need for need in need_queries.needs(li)}
    yield Table(["编号", "需求", "提出地区"], [[link.code, link.name, needs[link.id].region] for link in found.needs])
    partners = [[view.organisation, view.role.label] for view in found.partners]
    yield Table(["单位", "角色"], [[found.row.lead, "牵头单位"], *partners])
    yield Table(["改革举措", "时限"], [[view.measure, str(view.due_on)] for view in found.reforms])
    data = [[view.name, view.provider, view.status.label] for view in found.data]
    yield Table(["数据资源", "提供单位", "接入情况"], data)
    yield f"数据就绪度 {found.row.readiness.label}（已接入 ÷ 需要）。"
    yield Table(["版本", "改了什么"], [[view.label, view.changes or "–"] for view in found.versions])
    yield from duties(li, subject, within=True)


def duties(li: Actor, subject: str, *, within: bool = False) -> Iterator[Item]:
    found = duty_queries.duty_list(li, int(subject))
    assert found is not None and found.items
    standings = Counter(standing.label for of in found.standings.values() for standing in of.values())
    yield "最小颗粒", f"{len(found.items)} 项", ""
    yield "已确认", f"{standings['已确认']}/{standings.total()}", ""
    for node in found.items:
        assert node.content is not None
        yield f"{node.number} {node.name}"
        yield "责任单位", found.names.get(node.content.organisation_id or 0, "–")
        yield "办理时限", node.content.time_limit or "–"
    by_organisation: dict[str, Counter[str]] = {}
    for of in found.standings.values():
        for organisation, standing in of.items():
            by_organisation.setdefault(found.names[organisation], Counter())[standing.label] += 1
    rows = [[name, str(counts.total()), str(counts["已确认"])] for name, counts in by_organisation.items()]
    yield Table(["单位", "涉及事项", "已确认"], rows)


def review(li: Actor, subject: str) -> Iterator[Item]:
    """From the result as it was kept."""
    newest = result_queries.frozen(li, int(subject))[0]
    tables = {table["name"]: table for table in newest.body["tables"]}
    for name, columns in (("评审结果", ["名次", "编号", "得分"]), ("各评委评分", ["编号", "评委", "得分"])):
        at = [tables[name]["columns"].index(column) for column in columns]
        yield Table(columns, [[row[place] for place in at] for row in tables[name]["rows"]])
    yield Table(["项目", "内容"], tables["公正性说明"]["rows"])
    for signature in newest.signatures:
        words = f"{signature.kind.label}：{signature.name}，北京时间 {clock.show(signature.at)}。"
        yield words + (f"理由：{signature.statement}" if signature.statement else "")


def marks(li: Actor, subject: str) -> Iterator[Item]:
    newest = result_queries.frozen(li, int(subject))[0]
    sheet = next(table for table in newest.body["tables"] if table["name"] == "各评委评分")
    judge = sheet["columns"].index("评委")
    columns = [name for name in sheet["columns"] if name != "评委"]
    for name in dict.fromkeys(row[judge] for row in sheet["rows"]):
        own = [[cell for at, cell in enumerate(row) if at != judge] for row in sheet["rows"] if row[judge] == name]
        yield Table(columns, own)


def receipt(judge: Actor, subject: str) -> Iterator[Item]:
    own = sheet_queries.own(judge, int(subject))
    yield "应评", f"{len(own.asked)} 份"
    yield "已交", f"{own.done} 份"
    criteria = own.review.rubric.criteria
    header = [f"{item.name}（{exact(item.weight * 10_000)}）" for item in criteria]
    rows = []
    for sheet in own.sheets:
        marks = [exact(sheet.marks[item.code] * 10_000) if item.code in sheet.marks else "–" for item in criteria]
        score = "–" if sheet.score is None else f"{float(sheet.score):.2f}"
        if sheet.state is SheetState.ABSTAINED:
            marks, score = ["弃权"] * len(criteria), "弃权"
        rows.append([sheet.words + ("（逾期）" if sheet.late else ""), *marks, score, clock.show(sheet.saved_at)])
    rows += [["回避", *["回避"] * len(criteria), "回避", "–"] for _ in own.aside]
    assert own.sheets and own.aside
    yield Table(["状态", *header, "得分", "存入时间"], rows)


def challenge_list(li: Actor, _: str) -> Iterator[Item]:
    views = [challenges.challenge(li, row.id) for row in challenges.challenges(li) if row.open]
    found = sorted((view for view in views if view), key=lambda view: (view.row.deadline, view.row.code))
    rows = [
        [view.row.code, view.row.title, f"{view.places} 个", f"{clock.beijing(view.row.deadline):%Y-%m-%d %H:%M:%S}"]
        for view in found
    ]
    yield Table(["编号", "榜单", "名额", "截止（北京时间）"], rows)
    for view in found:
        yield from (view.background, view.difficulties, view.indicators, view.eligibility, view.contact)


def challenge_notice(li: Actor, subject: str) -> Iterator[Item]:
    view = challenges.challenge(li, int(subject.partition(":")[0]))
    assert view is not None
    notice = view.notices[-1]
    ranked = [[item["place"], item["organisation"], item["title"]] for item in notice.ranking]
    yield Table(["顺位", "单位", "方案"], ranked)
    yield f"公示编号：{view.row.code} 第 {notice.number} 号"
    yield f"榜单资金：{view.row.funding}"
    yield f"监督人：{notice.supervisor or '–'}"
    yield f"发布时间：北京时间 {clock.show(notice.issued_at)}"


def _bid(li: Actor, number: str) -> tuple[challenges.ChallengeView, challenges.BidView]:
    view = challenges.challenge(li, challenges.challenge_of(li, int(number)))
    assert view is not None
    return view, next(bid for bid in view.bids if bid.id == int(number))


def challenge_contract(li: Actor, subject: str) -> Iterator[Item]:
    view, bid = _bid(li, subject)
    assert bid.contract is not None
    yield "乙方统一社会信用代码", bid.credit_code
    yield bid.contract[2]
    yield "榜单要求的指标", view.indicators
    amounts = [
        [item.title, f"{item.due_on}", f"{item.share / 100:.2f}%", money(item.amount)] for item in bid.milestones
    ]
    assert sum(item.amount or 0 for item in bid.milestones) == bid.contract[0]
    total = ["合计", "", "100%", money(bid.contract[0])]
    yield Table(["里程碑", "完成期限", "付款比例", "金额"], [*amounts, total])


def money(fen: int | None) -> str:
    """Hundredths of a yuan in 万元."""
    return f"{Decimal(fen or 0).scaleb(-6).normalize():,f} 万元"


def challenge_milestone(li: Actor, subject: str) -> Iterator[Item]:
    given, _, which = subject.partition(":")
    _view, bid = _bid(li, given)
    item = next(found for found in bid.milestones if str(found.number) == which)
    assert item.state in (BidMilestoneState.PASSED, BidMilestoneState.PAID)
    yield "复核", item.second_by
    yield "应付款项", f"{money(item.amount)}（{item.share / 100:.2f}%）"
    yield Table(["文件", "提交人"], [[file.name, file.added_by] for file in item.files] or [["暂无数据"]])
    work = work_queries.work(li, challenges.challenge_of(li, int(given)) or 0)
    tied = {figure.promise: figure.content for figure in work.figures.get(item.id, ())} if work else {}
    promised = [line.strip("。； ") for line in item.indicators.split("；") if line.strip()]
    if promised:
        said = {name: (of["value"], f"{of['n']} / {of['d']}" if of["d"] else of["n"]) for name, of in tied.items()}
        yield Table(["数值", "分子 / 分母"], [said.get(name, ("–", "–")) for name in promised])


def award_notice(li: Actor, subject: str) -> Iterator[Item]:
    view = awards.edition(li, int(subject.partition(":")[0]))
    assert view is not None
    notice = view.notices[-1]
    keys = ("track", "grade", "title", "organisation")
    yield Table(["赛道", "等次", "项目", "申报单位"], [[line[key] for key in keys] for line in notice.listed])
    yield f"公示编号：{view.row.code} 第 {notice.number} 号"
    yield f"规则校验码：{view.rule_digest[:12]}"


def award_list(li: Actor, subject: str) -> Iterator[Item]:
    found = award_results.signed(li, int(subject), None)
    assert found.kept.body["lines"]
    yield "名单校验码", found.kept.digest
    yield "规则校验码", found.rule_digest
    yield "复核签署", found.kept.confirmed_by
    tracks: dict[str, list[list[object]]] = {}
    for line in found.kept.body["lines"]:
        tracks.setdefault(line["track"], []).append([line["code"], line["title"], line["organisation"], line["shown"]])
    for rows in tracks.values():
        yield Table(["编号", "项目", "申报单位", "总分"], rows)


def award_certificate(li: Actor, subject: str) -> Iterator[Item]:
    view = awards.entry(li, int(subject))
    assert view is not None and view.row.state is AwardEntryState.WINNER
    yield f"{view.row.organisation}："
    yield (
        f"你单位申报的“{view.row.title}”，经评审、公示，入选“{view.edition.name}”{view.row.track}赛道{view.row.grade}。"
    )


def award_letter(li: Actor, subject: str) -> Iterator[Item]:
    letter = after_queries.letter(li, int(subject))
    yield f"{letter.row.organisation}："
    assert letter.said
    yield Table(["评分项", "档次"], [[item.criterion, item.level] for item in letter.said])


KINDS: dict[str, Callable[[Actor, str], Iterator[Item]]] = {
    function.__name__: function
    for function in (
        *(pilot, county, promotion, order, gap, indicator, catalogue, dossier, duties, review, marks, receipt),
        *(challenge_list, challenge_notice, challenge_contract, challenge_milestone),
        *(award_notice, award_list, award_certificate, award_letter),
    )
}
