"""Every kind of report, from the demo province and from a nearly empty one: its text holds the engine's figures to
the digit, in PDF, Excel and Word; its fonts are its own; the same figures are the same paper."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl
import pytest
from pypdf import PdfReader

from accounts.permissions import Actor
from challenges import queries as challenges
from challenges import report as challenge_report
from core.errors import AppError, Forbidden, NotFound
from core.periods import Period
from metrics import defined, gap_queries, gap_wording, wording
from panels import result_queries
from pilots import county_queries, promotion_queries, promotion_wording, queries
from pilots import wording as pilot_wording
from printing import making, registry
from scenarios import queries as scenarios
from tests.pilots.support import running
from tests.support import cast as people
from tests.support import databases

KINDS = registry.kinds()
# Which one is printed: what the demo tells something about.
DEMO = {"county": "330523:2026Q3", "gap": "6", "dossier": "1", "duties": "1", "indicator": "1"}


@pytest.fixture(scope="module")
def demo(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Actor]]:
    """The demo province for the whole file: reports change nothing but the register of what was issued."""
    yield from _using(demo_template, tmp_path_factory, people.assemble_demo)


@pytest.fixture(scope="module")
def empty(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Actor]]:
    """A province with one pilot that nobody has reported anything about."""

    def build() -> dict[str, Actor]:
        cast = people.assemble()
        running(cast)
        return cast.everybody()

    yield from _using(sqlite_template, tmp_path_factory, build)


def _using(
    template: Path, factory: pytest.TempPathFactory, build: Callable[[], dict[str, Actor]]
) -> Iterator[dict[str, Actor]]:
    folder = factory.mktemp("printing")
    path = folder / "zhiping.db"
    shutil.copyfile(template, path)
    with databases.using(folder, databases.sqlite_url(path)):
        yield build()


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def pdf_text(data: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


def sheet_texts(data: bytes) -> set[str]:
    """Every cell as a reader sees it: numbers with the format they are shown in."""
    found = set()
    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        for row in sheet.iter_rows():
            found |= {squeezed(_shown(cell.value, cell.number_format)) for cell in row if cell.value is not None}
    return found


def _shown(value: object, shape: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    plain, _, unit = shape.split(";", maxsplit=1)[0].partition('"')
    number = Decimal(str(value)) * (100 if plain.endswith("%") else 1)
    places = len(plain.rstrip("%").partition(".")[2])
    comma = "," if "," in plain else ""
    text = f"{number:{'+' if plain.startswith('+') else ''}{comma}.{places}f}" if shape != "General" else str(value)
    return text + ("%" if plain.endswith("%") else unit.rstrip('"'))


def word_text(data: bytes) -> str:
    found = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in found.tables for row in table.rows for cell in row.cells]
    return squeezed("".join([*(paragraph.text for paragraph in found.paragraphs), *cells]))


def fonts_of(data: bytes) -> set[tuple[str, bool]]:
    found = set()
    for page in PdfReader(io.BytesIO(data)).pages:
        for font in page["/Resources"].get("/Font", {}).values():  # type: ignore[attr-defined]
            made = font.get_object()
            inside = made.get("/FontDescriptor")
            found.add((str(made["/BaseFont"]).split("+")[-1], bool(inside and "/FontFile2" in inside.get_object())))
    return found


# -- what the engine says, asked without any report ----------------------------------------


def _pilot(li: Actor, subject: str) -> list[str]:
    evaluation = queries.evaluate(li, int(subject))
    assert evaluation is not None and evaluation.goal is not None
    return [value for _, value, _ in pilot_wording.key_figures(evaluation, evaluation.goal)]


def _county(li: Actor, subject: str) -> list[str]:
    """Each indicator's last month of the quarter: its figure and its place."""
    code, _, quarter = subject.partition(":")
    last = str(Period.parse(quarter).end)[:7]
    found = [value for value in county_queries.values(li, code) if value.period == last]
    assert found
    return [value.shown for value in found] + [value.place.words for value in found if value.place]


def _gap(li: Actor, subject: str) -> list[str]:
    found = [
        gap_queries.comparison(li, item.collection_id, item.code)
        for item in gap_queries.choices(li)
        if str(item.collection_id) == subject
    ]
    return [value for item in found if item for _, value, _ in gap_wording.key_figures(item)]


def _promotion(li: Actor, subject: str) -> list[str]:
    found = promotion_queries.promotion(li, int(subject), ())
    assert found is not None
    return [value for _, value, _ in promotion_wording.tier_figures(found)]


def _dossier(li: Actor, subject: str) -> list[str]:
    found = scenarios.scenario(li, int(subject))
    assert found is not None
    return [found.row.code, found.row.readiness.label, *(link.code for link in found.needs)]


def _indicator(_: Actor, subject: str) -> list[str]:
    found = defined.indicator(int(subject))
    assert found is not None
    return [words for _, words in wording.facts_of(found)]


def _review(li: Actor, subject: str) -> list[str]:
    newest = result_queries.frozen(li, int(subject))[0]
    lines = next(item for item in newest.body["tables"] if item["name"] == "各评委评分")
    return [str(row[lines["columns"].index("得分")]) for row in lines["rows"]]


def _notice(li: Actor, subject: str) -> list[str]:
    view = challenges.challenge(li, int(subject.partition(":")[0]))
    assert view is not None
    return [words for _, words in challenge_report.notice_facts(view, view.notices[-1])]


ENGINE: dict[str, Callable[[Actor, str], list[str]]] = {
    "pilot": _pilot,
    "county": _county,
    "gap": _gap,
    "promotion": _promotion,
    "dossier": _dossier,
    "indicator": _indicator,
    "review": _review,
    "marks": _review,
    "challenge_notice": _notice,
}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("key", [key for key in KINDS if key != "receipt"])
def test_a_kind_prints_what_the_engine_says(demo: dict[str, Actor], key: str) -> None:
    li, kind = demo["liyan"], KINDS[key]
    subject = DEMO.get(key) or next((item.id for item in kind.subjects(li)), "")
    assert subject, f"the demo has nothing to print as {kind.name}"
    inputs = kind.load(li, subject)
    paper = making.of(li, kind, inputs)
    text = pdf_text(paper.data)
    expected = [squeezed(words) for words in ENGINE[key](li, subject)] if key in ENGINE else []
    assert [words for words in expected if words not in text] == []
    assert paper.number in text and paper.digest[:12] in text
    assert fonts_of(paper.data) <= {("NotoSansSC-Regular", True), ("NotoSansSC-Bold", True)}
    assert "演示数据" in text
    book = making.of(li, kind, inputs, "xlsx")
    assert (book.number, book.digest) == (paper.number, paper.digest)
    cells = sheet_texts(book.data)
    everything = "\n".join(cells)
    assert paper.digest in cells
    assert [words for words in expected if words not in everything] == []
    if kind.word:
        letter = word_text(making.of(li, kind, inputs, "docx").data)
        assert [words for words in expected if words not in letter] == []
        assert paper.number in letter
    if key not in ("pilot", "gap", "county"):  # these take seconds, and tests of their own print them again
        assert making.make(li, kind, subject) == paper


@pytest.mark.parametrize("key", [key for key in KINDS if key != "receipt"])
def test_a_kind_prints_from_nearly_nothing_or_says_what_is_missing(empty: dict[str, Actor], key: str) -> None:
    li, kind = empty["li_staff"], KINDS[key]
    subject = "330523:2025Q3" if key == "county" else next((item.id for item in kind.subjects(li)), "")
    if not subject or key == "challenge_list":
        with pytest.raises(AppError) as refused:
            making.make(li, kind, "1")
        assert refused.value.remedy
        return
    for form in kind.forms:
        assert making.make(li, kind, subject, form).number.startswith(f"ZP-{kind.mark}-")


def test_what_the_nearly_empty_province_can_print(empty: dict[str, Actor]) -> None:
    li = empty["li_staff"]
    assert {key for key, kind in KINDS.items() if kind.subjects(li)} - {"challenge_list"} == {
        "pilot", "county", "promotion", "dossier", "duties", "indicator", "catalogue",
    }  # fmt: skip
    text = pdf_text(making.make(li, KINDS["county"], "330523:2025Q3").data)
    assert "没有可用的数（已报0/应报3期）" in text
    assert "应报1项指标，有数的0项；应报3份报送，按时0份" in text


@pytest.mark.parametrize(
    ("who", "refused"),
    [
        ("wujie", {"county", "gap", "marks", "order", "pilot", "promotion", "review", "dossier", "duties"}),
        ("wanganji", {"gap", "marks", "pilot", "promotion", "review", "receipt"}),
    ],
)
def test_who_may_not_is_refused(demo: dict[str, Actor], who: str, refused: set[str]) -> None:
    """Whoever may ask for a kind is shown what is his; a whole kind is refused with the permission."""
    actor = demo[who]
    found = set()
    for key, kind in KINDS.items():
        if key.startswith("award"):  # that room walks its own
            continue
        try:
            making.make(actor, kind, "330521:2026Q3" if key == "county" else "1")
        except Forbidden:
            found.add(key)
        except NotFound:
            continue
    assert found - {"receipt"} == refused - {"receipt"}


def test_a_county_has_its_own_quarter_and_nobody_elses(demo: dict[str, Actor]) -> None:
    wang = demo["wanganji"]
    own = making.make(wang, KINDS["county"], "330523:2026Q3")
    assert own.number == making.make(demo["liyan"], KINDS["county"], "330523:2026Q3").number
    assert {item.id.partition(":")[0] for item in KINDS["county"].subjects(wang)} == {"330523"}
    with pytest.raises(NotFound):
        making.make(wang, KINDS["county"], "330521:2026Q3")


@pytest.mark.parametrize("subject", ["330523", "330523:2026", "330523:2030Q1", "330500:2026Q3", "999999:2026Q3"])
def test_no_such_quarter_is_refused_with_the_way_to_write_it(demo: dict[str, Actor], subject: str) -> None:
    with pytest.raises(NotFound) as refused:
        making.make(demo["liyan"], KINDS["county"], subject)
    assert re.search(r"2026Q3|330523", refused.value.remedy)
