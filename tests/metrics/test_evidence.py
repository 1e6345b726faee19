"""Evidence: the same link through every door, files beside the value, enough or not by what is asked."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest

from accounts.queries import history
from core.errors import Forbidden, Invalid, NotFound
from core.words import EvidenceKind
from metrics import evidence_queries, evidence_service, exports, imports, quality_queries, queries
from metrics.feed import outgoing
from metrics.grid import GridRow
from metrics.model import ChangeKind, Severity
from metrics.stages import DISMISS, LOCK
from metrics.workbook import RETURN_SHEET
from tests.conftest import Page
from tests.metrics import stored
from tests.metrics.returns_support import entry
from tests.metrics.stored import ANJI, GOOD
from tests.metrics.test_pages import words
from tests.support import Cast

LINK = "https://oa.anji.example/台账?m=10"
NEWER = "https://oa.anji.example/new"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"


@pytest.mark.parametrize(
    ("kind", "link", "file", "enough"),
    [
        (EvidenceKind.NONE, False, False, True),
        (EvidenceKind.LINK, False, False, False),
        (EvidenceKind.LINK, True, False, True),
        (EvidenceKind.LINK, False, True, True),
        (EvidenceKind.FILE, True, False, False),
        (EvidenceKind.FILE, False, True, True),
    ],
)
def test_what_is_enough(kind: EvidenceKind, link: bool, file: bool, enough: bool) -> None:
    assert kind.satisfied(link=link, file=file) is enough


def csv(*rows: tuple[str, ...], heading: str = "地区代码,报送期,指标代码,分子,分母,状态,说明,佐证链接") -> bytes:
    return "\r\n".join([heading, *(",".join(row) for row in rows)]).encode("utf-8-sig")


def test_a_link_comes_through_every_door_and_stays(database: str, cast: Cast) -> None:
    """Grid, workbook and CSV; the same again changes nothing; a blank cell or a missing column deletes nothing."""
    made = stored.collection()
    number, period = made.of(ANJI), stored.last_month()

    def links() -> list[str]:
        return [row.link for _, _, row, _ in stored.revisions(number)]

    first = imports.preview_grid(
        cast.wang_anji, number, [GridRow("SX01", "96", "100"), GridRow("SX04", "45", "50", link=LINK)]
    )
    assert first.errors == []
    imports.keep(cast.wang_anji, first, seen_version=stored.row(number).version)
    assert links() == ["", LINK]

    data = exports.template_xlsx(cast.wang_anji, number)
    assert [c.kind for c in imports.preview(cast.wang_anji, number, data, "a.xlsx").changes] == ["unchanged"] * 2
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book[RETURN_SHEET]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == LINK)
    cell.value = NEWER
    out = io.BytesIO()
    book.save(out)
    second = imports.preview(cast.wang_anji, number, out.getvalue(), "b.xlsx")
    assert [(c.kind, c.old, c.new) for c in second.changes if c.kind is ChangeKind.CHANGED] == [
        (ChangeKind.CHANGED, f"90.00%（45 / 50）　佐证 {LINK}", f"90.00%（45 / 50）　佐证 {NEWER}")
    ]
    imports.keep(cast.wang_anji, second, seen_version=stored.row(number).version)
    assert links() == ["", LINK, NEWER]

    for table in (
        csv((ANJI, period, "SX04", "45", "50", "", "", "")),
        csv((ANJI, period, "SX04", "45", "50"), heading="地区代码,报送期,指标代码,分子,分母"),
    ):
        kinds = {c.code: c.kind for c in imports.preview(cast.wang_anji, number, table, "c.csv").changes}
        assert kinds["SX04"] is ChangeKind.UNCHANGED
    bad = imports.preview(cast.wang_anji, number, csv((ANJI, period, "SX04", "45", "50", "", "", "见附件")), "d.csv")
    assert [(f.severity, f.cell) for f in bad.findings if f.rule == "cell.link"] == [(Severity.WARNING, "H2")]
    assert {c.code: c.kind for c in bad.changes}["SX04"] is ChangeKind.UNCHANGED


def test_files_are_added_by_the_county_whenever_and_seen_by_those_who_see_the_return(database: str, cast: Cast) -> None:
    made = stored.collection()
    number = made.of(ANJI)
    stored.hand_in(number, {"SX01": entry(96, 100), "SX04": entry(45, 50)})
    with pytest.raises(Forbidden):
        evidence_service.attach(cast.li_staff, number, "SX04", [("回访.pdf", PDF)])
    with pytest.raises(NotFound):
        evidence_service.attach(cast.zhao_deqing, number, "SX04", [("回访.pdf", PDF)])
    with pytest.raises(NotFound, match="没有这个指标"):
        evidence_service.attach(cast.wang_anji, number, "SX99", [("回访.pdf", PDF)])
    with pytest.raises(Invalid, match="不能上传"):
        evidence_service.attach(cast.wang_anji, number, "SX04", [("回访.exe", b"MZ")])
    assert [(e.indicator.code, e.enough) for e in evidence_queries.of_return(cast.li_staff, number)] == [
        ("SX01", True), ("SX04", False),
    ]  # fmt: skip
    assert evidence_service.attach(cast.wang_anji, number, "SX04", [("回访.pdf", PDF)]) == 1
    found = evidence_queries.of_return(cast.li_staff, number)[1]
    assert (found.enough, [file.name for file in found.files]) == (True, ["回访.pdf"])
    assert evidence_queries.content(cast.li_staff, number, found.files[0].id) == PDF
    with pytest.raises(NotFound):
        evidence_queries.content(cast.zhao_deqing, number, found.files[0].id)
    assert evidence_queries.of_return(cast.zhao_deqing, number) == []
    with pytest.raises(Invalid, match="理由"):
        evidence_service.remove(cast.wang_anji, number, found.files[0].id, "")
    evidence_service.remove(cast.wang_anji, number, found.files[0].id, "传错了文件")
    assert not evidence_queries.of_return(cast.li_staff, number)[1].enough
    assert stored.row(number).state == "approved"


def test_the_page_says_what_is_lacking_and_the_origin_of_the_figure_shows_it(page: Page, cast: Cast) -> None:
    made = stored.collection()
    number = made.of(ANJI)
    stored.hand_in(number, GOOD)
    assert "还缺 1 项：回访满意率" in words(page("return", cast.wang_anji, id=number))
    evidence_service.attach(cast.wang_anji, number, "SX04", [("回访.pdf", PDF)])
    app = page("return", cast.wang_anji, id=number)
    assert "还缺" not in words(app)
    assert "已有佐证" in words(app)
    address = {"collection": made.id, "region": ANJI, "period": stored.last_month()}
    told = page("figure", cast.li_staff, indicator=made.indicators["SX04"], **address)
    assert "已有佐证" in words(told)
    assert [button.label for button in told.button if "附上" in button.label] == []
    assert "口径不要求佐证" in words(page("figure", cast.li_staff, indicator=made.indicators["SX01"], **address))
    assert queries.returns(cast.li_staff, ids=[number])[0].filled == 2


def test_a_link_is_taken_away_with_a_reason_and_its_value_stays(database: str, cast: Cast) -> None:
    """The figure is neither corrected nor late; no door brings the link back, also not a dismissed correction."""
    made = stored.collection()
    number = made.of(ANJI)
    stored.hand_in(number, {"SX01": entry(96, 100), "SX04": replace(entry(45, 50), link=LINK)})
    stored.move(cast.li_staff, number, LOCK)
    version, quality = stored.row(number).version, parts(cast, made.id)
    with pytest.raises(Forbidden):
        evidence_service.unlink(cast.li_staff, number, "SX04", "链接里有个人信息")
    with pytest.raises(NotFound):
        evidence_service.unlink(cast.zhao_deqing, number, "SX04", "链接里有个人信息")
    with pytest.raises(Invalid, match="理由"):
        evidence_service.unlink(cast.wang_anji, number, "SX04", " ")
    with pytest.raises(NotFound, match="没有佐证链接"):
        evidence_service.unlink(cast.wang_anji, number, "SX01", "链接里有个人信息")
    evidence_service.unlink(cast.wang_anji, number, "SX04", "链接里有个人信息")
    with pytest.raises(NotFound, match="没有佐证链接"):
        evidence_service.unlink(cast.wang_anji, number, "SX04", "链接里有个人信息")

    found = evidence_queries.of_return(cast.li_staff, number)[1]
    assert (found.link, found.enough) == ("", False)
    assert [(gone.link, gone.reason, gone.by) for gone in found.removed] == [(LINK, "链接里有个人信息", "王安吉")]
    assert [(revision, row.link) for _, revision, row, _ in stored.revisions(number)] == [(1, ""), (1, LINK)]  # kept
    assert (stored.row(number).version, stored.row(number).state) == (version, "locked")
    event = history(cast.li_staff, "return", number)[0]
    assert (event.action, event.reason) == ("return:unlink", "链接里有个人信息")
    assert event.changes == {"SX04": [f"佐证 {LINK}", "佐证 无"]}
    now = parts(cast, made.id)
    assert (quality.pop("evidence"), now.pop("evidence")) == ((1, 1), (0, 1))
    assert now == quality  # nothing became late or corrected
    assert LINK not in outgoing.values_csv(cast.li_staff, made.id).decode("utf-8-sig")

    stored.unlock(cast.li_staff, number)
    same = imports.preview(
        cast.wang_anji, number, csv((ANJI, stored.last_month(), "SX04", "45", "50", "", "", "")), "a.csv"
    )
    assert {change.code: change.kind for change in same.changes}["SX04"] is ChangeKind.UNCHANGED
    stored.save(cast.wang_anji, number, {"SX04": replace(entry(44, 50), reason="核对台账后更正")}, submit=True)
    stored.move(cast.li_staff, number, DISMISS, "理由不充分")
    assert [(revision, row.link) for _, revision, row, _ in stored.revisions(number)][-1] == (3, "")


def parts(cast: Cast, collection_id: int) -> dict[str, tuple[int, int]]:
    """The counts behind the quality score of last month."""
    board = quality_queries.board(cast.li_staff, collection_id, stored.last_month())
    assert board is not None
    return {part.aspect.value: (int(part.n), part.m) for part in board.units[0].quality.parts}
