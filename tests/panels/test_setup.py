"""Setting a review up: entries from a file, recusals that are found, files, sizes, and the paper at the end."""

from __future__ import annotations

import io
from datetime import timedelta

import pandas as pd
import pytest
from pypdf import PdfReader
from sqlmodel import col, select

from accounts import service as accounts
from accounts.permissions import OPERATOR
from accounts.schemas import OrganisationIn
from core import clock
from core.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound, WrongState
from core.words import EntryState, OrganisationKind, RecusalKind, RecusalState
from db.session import read
from db.tables import Attachment, AuditEvent, ReportIssue, RubricVersion
from panels import (
    assignment_service,
    defaults,
    entry_imports,
    exports,
    finalise_service,
    panel_queries,
    recusal_service,
    report,
    result_queries,
    review_queries,
    review_service,
    rubric_queries,
    setup_service,
    stages,
)
from panels.rubric import Rubric
from panels.schemas import AffiliationIn, EntryIn, MemberIn, ScheduleIn
from tests.panels.support import Panel, judge_account, prepare
from tests.support import Cast

CODE = "91330000MA27UAB90N"


def found(panel: Panel) -> set[tuple[str, str, RecusalKind]]:
    return {
        (item.person, item.entry.split()[0], item.kind) for item in panel_queries.recusals(panel.staff, panel.review_id)
    }


def test_entries_come_from_a_workbook_whole_or_not_at_all(cast: Cast) -> None:
    panel = prepare(cast, entries="A")
    template = exports.entries_xlsx(panel.staff, panel.review_id)
    frame = pd.read_excel(io.BytesIO(template), engine="calamine")
    assert list(frame.columns) == list(exports.ENTRY_COLUMNS)
    rows = [
        ["A", "项目A", "甲协会", "", "", "", ""],
        ["B", "项目B", "浙江省民政厅", "", "安吉县", "李四、王五", "简介"],
        ["C", "项目C", "某公司", CODE[:-1] + "P", "无此县", "", ""],
        ["D", "", "某单位", "", "", "", ""],
    ]
    out = io.BytesIO()
    pd.DataFrame(rows, columns=exports.ENTRY_COLUMNS).to_excel(out, index=False)
    plan = entry_imports.preview(panel.staff, panel.review_id, out.getvalue(), "项目.xlsx")
    assert plan.known == ("A",)
    assert [(row, words.split("，")[0]) for row, words in plan.problems] == [
        (4, "没有名为“无此县”的县（市、区）"),
        (4, "统一社会信用代码：不是有效的统一社会信用代码"),
        (5, "项目名称：至少 2 个字"),
    ]
    assert [entry.code for entry in review_queries.entries(panel.staff, panel.review_id)] == ["A"]
    out = io.BytesIO()
    pd.DataFrame(rows[:2], columns=exports.ENTRY_COLUMNS).to_excel(out, index=False)
    plan = entry_imports.preview(panel.staff, panel.review_id, out.getvalue(), "项目.xlsx")
    assert (len(plan.entries), plan.problems) == (1, ())
    setup_service.add_entries(panel.staff, panel.review_id, plan.entries)
    entry = review_queries.entries(panel.staff, panel.review_id)[1]
    assert (entry.code, entry.whose, entry.region, entry.team) == ("B", "浙江省民政厅", "安吉县", ("李四", "王五"))


def test_recusals_are_found_however_the_organisation_is_written(cast: Cast) -> None:
    panel = prepare(cast, judges=4, entries=())
    company = accounts.add_organisation(
        OPERATOR, OrganisationIn(name="湖畔物联科技有限公司", kind=OrganisationKind.ENTERPRISE)
    )
    setup_service.add_alias(panel.staff, company, "西溪传感研究所")
    judge = judge_account(8, company)
    panel.members[judge.name] = setup_service.add_member(
        panel.staff, panel.review_id, MemberIn(account_id=judge.account_id or 0)
    )
    entries = {
        "A": EntryIn(code="A", title="项目A", organisation_id=company),
        "B": EntryIn(code="B", title="项目B", organisation_name="湖畔物联科技股份有限公司（德清分公司）"),
        "C": EntryIn(code="C", title="项目C", organisation_name="西溪传感研究所"),
        "D": EntryIn(code="D", title="项目D", organisation_name="另一家", team=["壬评委", "辛某"]),
        "E": EntryIn(code="E", title="项目E", organisation_name="无关的单位", credit_code=CODE),
        "F": EntryIn(code="F", title="项目F", organisation_name="从前的单位总部"),
    }
    for data in entries.values():
        setup_service.add_entry(panel.staff, panel.review_id, data)
    mine = {(entry, kind) for person, entry, kind in found(panel) if person == judge.name}
    assert mine == {("A", RecusalKind.ORGANISATION), ("B", RecusalKind.ORGANISATION), ("C", RecusalKind.ORGANISATION),
                    ("D", RecusalKind.TEAM)}  # fmt: skip
    today = clock.today()
    for name, code, until in (
        ("从前的单位", "", today - timedelta(days=300)),
        ("更早的单位", CODE, today - timedelta(days=4 * 366)),
    ):
        setup_service.record_affiliation(
            judge, judge.account_id or 0, AffiliationIn(name=name, credit_code=code, until=until)
        )
    mine = {(entry, kind) for person, entry, kind in found(panel) if person == judge.name}
    assert ("F", RecusalKind.FORMER) in mine
    assert ("E", RecusalKind.CREDIT_CODE) not in mine  # he left more than three years ago
    with pytest.raises(Forbidden):
        setup_service.record_affiliation(
            panel.judges["甲评委"], judge.account_id or 0, AffiliationIn(name="别人的单位")
        )
    assert recusal_service.look_again(panel.staff, panel.review_id) == 0
    panel.step(stages.CALL)
    with pytest.raises(WrongState, match="回避没有认定"):
        panel.step(stages.ASSIGN)


def test_what_is_found_blocks_until_somebody_else_clears_it(cast: Cast) -> None:
    panel = prepare(cast, entries="AB")
    judge = panel.judges["甲评委"]
    setup_service.record_affiliation(panel.staff, judge.account_id or 0, AffiliationIn(name="AAA号乡村振兴促进会"))
    (item,) = panel_queries.recusals(panel.staff, panel.review_id)
    assert (item.state, item.declared_by) == (RecusalState.POTENTIAL, "系统查出")
    panel.step(stages.CALL)
    shown = {entry.code: entry for entry in review_queries.entries(judge, panel.review_id)}
    assert [(entry.stepped_aside, entry.whose == "") for entry in shown.values()] == [(True, True), (False, False)]
    setup_service.attach_files(panel.staff, panel.review_id, panel.entries["A"], [("证.txt", b"1")])
    with read() as session:
        file = session.exec(select(Attachment.id)).one() or 0
    with pytest.raises(NotFound):
        review_queries.entry_file(judge, file)
    with pytest.raises(Invalid, match="理由"):
        recusal_service.decide(panel.staff, item.id, confirmed=False, reason="", seen_version=item.version)
    recusal_service.decide(panel.staff, item.id, confirmed=False, reason="同名的另一家", seen_version=item.version)
    assert not any(entry.stepped_aside for entry in review_queries.entries(judge, panel.review_id))


def test_the_size_of_a_panel_is_odd_and_five_at_least(cast: Cast) -> None:
    panel = prepare(cast, judges=5)
    setup_service.remove_member(panel.staff, panel.review_id, panel.members["戊评委"], "出差")
    with pytest.raises(WrongState, match="计分的评委现有 4 人，应为不少于 5 人的单数"):
        panel.step(stages.CALL)


def test_a_withdrawn_entry_does_not_come_back_under_another_number(cast: Cast) -> None:
    panel = prepare(cast)
    setup_service.set_entry_state(
        panel.staff, panel.review_id, panel.entries["A"], EntryState.WITHDRAWN, "单位申请撤回", seen_version=1
    )
    with pytest.raises(Duplicate, match="请恢复"):
        setup_service.add_entry(
            panel.staff, panel.review_id, EntryIn(code="Z", title="项目A", organisation_name="AAA号 乡村振兴促进会")
        )
    setup_service.set_entry_state(
        panel.staff, panel.review_id, panel.entries["A"], EntryState.ACTIVE, "单位撤销申请", seen_version=2
    )


def test_the_schedule_while_scoring_moves_its_end_only(cast: Cast) -> None:
    panel = prepare(cast)
    panel.open()
    view = review_queries.review(panel.staff, panel.review_id)
    assert view is not None and view.opens_at is not None and view.closes_at is not None
    later = ScheduleIn(opens_at=view.opens_at, closes_at=view.closes_at + timedelta(days=1))
    with pytest.raises(Invalid, match="理由"):
        review_service.set_schedule(panel.staff, panel.review_id, later, "", seen_version=panel.version())
    review_service.set_schedule(panel.staff, panel.review_id, later, "两位评委出差", seen_version=panel.version())
    moved = ScheduleIn(opens_at=view.opens_at + timedelta(minutes=1), closes_at=view.closes_at)
    with pytest.raises(Invalid, match="不能再改开始时间"):
        review_service.set_schedule(panel.staff, panel.review_id, moved, "理由", seen_version=panel.version())
    with pytest.raises(Conflict):
        review_service.set_schedule(panel.staff, panel.review_id, later, "理由", seen_version=1)


def test_the_paper_is_printed_from_what_was_signed(cast: Cast) -> None:
    panel = prepare(cast, entries="AB", places=1)
    panel.open()
    panel.mark_all({"A": [90, 91, 92, 93, 94], "B": [80, 81, 82, 83, 84]})
    panel.step(stages.CLOSE)
    panel.step(stages.SETTLE)
    result = finalise_service.propose(panel.staff, panel.review_id)
    finalise_service.dissent(panel.judges["乙评委"], panel.review_id, "对项目B的实效仍有保留，建议再观察一年。")
    finalise_service.confirm(panel.other, panel.review_id, result)
    paper = report.result_pdf(panel.staff, panel.review_id, result)
    assert paper == report.result_pdf(panel.other, panel.review_id, result)
    with read() as session:
        issued = session.exec(select(ReportIssue).where(ReportIssue.kind == "review")).one()
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages).replace("\n", "")
    (kept,) = result_queries.frozen(panel.staff, panel.review_id)
    for said in (
        "评审结果报告",
        "92.00",
        "82.00",
        "公正性说明",
        "评委　甲评委",
        "对项目B的实效仍有保留",
        kept.digest,
        issued.number,
    ):
        assert said.replace("　", "") in words.replace("　", "")
    assert list(issued.lines.values())[:2] == ["名次 1　得分 92.00", "名次 2　得分 82.00"]
    book = pd.read_excel(
        io.BytesIO(exports.frozen_xlsx(panel.staff, panel.review_id, result)), sheet_name=None, engine="calamine"
    )
    assert list(book) == ["说明", "评审结果", "公正性说明", "把握程度", "换一种算法", "评委宽严", "各评委评分"]
    assert book["评审结果"]["得分"].tolist() == [92, 82]
    with pytest.raises(NotFound):
        report.result_pdf(panel.staff, panel.review_id, 99)
    with pytest.raises(Forbidden):
        report.result_pdf(panel.judges["甲评委"], panel.review_id, result)


def test_the_starting_rubrics_are_whole(cast: Cast) -> None:
    defaults.load()
    defaults.load()
    views = rubric_queries.rubrics(cast.li_staff)
    assert [(view.name, [c.weight for c in view.newest.rubric.criteria]) for view in views] == [
        ("揭榜验收评分标准", [4000, 2000, 2000, 1000, 1000]),
        ("年度遴选评分标准", [1500, 2000, 1500, 2500, 1000, 1000, 500]),
        ("揭榜挂帅评分标准", [3000, 2000, 1500, 1500, 1000, 1000]),
    ]
    with read() as session:
        for version in session.exec(select(RubricVersion)):
            rubric = Rubric.from_json(version.body)
            assert rubric.problems() == []
            assert all(len(criterion.levels) == 4 for criterion in rubric.criteria)
            level = rubric.criteria[0].level(8999)
            assert level is not None and level.name == "良"


def test_of_two_people_who_assign_at_once_the_second_is_told(cast: Cast) -> None:
    panel = prepare(cast)
    panel.step(stages.CALL)
    panel.step(stages.ASSIGN)
    seen = panel.version()
    pairs = {(entry, member) for entry in panel.entries.values() for member in panel.members.values()}
    assignment_service.assign(panel.staff, panel.review_id, pairs, seen_version=seen)
    with pytest.raises(Conflict):
        assignment_service.assign(panel.other, panel.review_id, set(), seen_version=seen)
    assert len(panel_queries.assignments(panel.staff, panel.review_id)) == len(panel.entries)


def test_the_log_does_not_name_the_files_of_an_entry(cast: Cast) -> None:
    panel = prepare(cast)
    entry = panel.entries["A"]
    setup_service.attach_files(panel.staff, panel.review_id, entry, [("某某单位申报书.txt", "材料".encode())])
    (file,) = review_queries.entry_files(panel.staff, panel.review_id, entry)
    setup_service.remove_file(panel.staff, panel.review_id, file.id, "重复上传")
    with read() as session:
        events = session.exec(select(AuditEvent).where(col(AuditEvent.action).startswith("file:"))).all()
    assert len(events) == 2
    assert "某某单位" not in " ".join(str(event.changes) for event in events)
