"""The evaluation report: the same figures as the screen, to the digit; the same bytes for the same figures."""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO

import pytest
from pypdf import PdfReader

from accounts.permissions import Actor
from core.errors import Forbidden, NotFound
from core.periods import Period
from core.words import Arm
from metrics import service as returns
from metrics.stages import SEND_BACK
from pilots import answer_words, county_queries, exports, pictures, queries, report, report_appendix, wording
from tests.pilots.support import fill, running
from tests.support import Cast


def pages_of(data: bytes) -> list[str]:
    """The text of each page without line breaks. Reading is dear: once a report."""
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(data)).pages]


def text_of(data: bytes) -> str:
    return "".join(pages_of(data))


def fonts_of(data: bytes) -> set[tuple[str, bool]]:
    found = set()
    for page in PdfReader(BytesIO(data)).pages:
        for font in page["/Resources"].get("/Font", {}).values():  # type: ignore[attr-defined]
            made = font.get_object()
            descriptor = made.get("/FontDescriptor")
            found.add(
                (str(made["/BaseFont"]).split("+")[-1], bool(descriptor and "/FontFile2" in descriptor.get_object()))
            )
    return found


@pytest.mark.timeout(180)
class TestDemoPilot:
    def test_prints_what_the_screen_shows(self, demo_cast: dict[str, Actor]) -> None:
        li = demo_cast["liyan"]
        evaluation = queries.evaluate(li, 1)
        assert evaluation is not None
        goal = evaluation.goal
        assert goal is not None
        assert goal.effect is not None
        issued = report.issue(li, 1)
        pages = pages_of(issued.data)
        text = "".join(pages)
        squeezed = {re.sub(r"\s", "", part) for item in wording.key_figures(evaluation, goal) for part in item}
        missing = [part for part in squeezed if part not in text]
        # Labels of key figures may be cut with an ellipsis; figures may not.
        assert not [part for part in missing if any(mark.isdigit() for mark in part)]
        for row in wording.county_rows(evaluation, goal).itertuples():
            assert re.sub(r"\s", "", str(row.数值)) in text
        assert goal.indicator.show(goal.value) in text
        assert re.sub(r"\s", "", wording.compare_words(goal)) in text
        assert "演示数据" in text
        assert issued.number in text
        assert issued.digest in text
        assert re.search(r"—1—", text)
        # A page of summary stands before everything else, and every question is answered on it.
        assert [number for number, page in enumerate(pages) if "一、结论摘要" in page] == [1, 2]  # contents, summary
        assert [question for question in answer_words.QUESTIONS if question not in pages[2]] == []
        assert "二、五个问题" in pages[3]
        # What was left out is listed with its reason, and what was corrected with both figures.
        left_out = [
            row for row in report_appendix.left_out(evaluation)[1] if re.sub(r"\s", "", str(row[-1])) not in text
        ]
        assert left_out == []
        late = [item for item in evaluation.restated if item.kind == "补计"]
        for item in evaluation.restated:
            if item not in late:
                assert re.sub(r"\s", "", f"{item.before}→{item.after}") in text
        counts = Counter((item.period, item.region, item.round) for item in late)  # one by one in the workbook
        for (_, region, _), count in counts.items():
            assert f"{region}{count}" in text
        assert f"补计的{len(late)}个数" in text
        # Its faces are embedded and no other is named, and no chart is a picture of dots.
        assert fonts_of(issued.data) == {("NotoSansSC-Regular", True), ("NotoSansSC-Bold", True)}
        assert not [image for page in PdfReader(BytesIO(issued.data)).pages for image in page.images]

    def test_again_is_the_same_document_and_a_changed_figure_another(self, demo_cast: dict[str, Actor]) -> None:
        li = demo_cast["liyan"]
        first = report.issue(li, 3)
        assert report.issue(li, 3) == first
        view = next(view for view in returns.queries.returns(li, collection_id=3) if view.state == "submitted")
        returns.move(li, view.id, SEND_BACK, "请核对", seen_version=view.version)
        second = report.issue(li, 3)
        assert second.number != first.number
        assert second.digest != first.digest
        said = text_of(second.data)
        assert f"本报告替代编号{first.number}的报告" in said
        assert "变化的原因" in said

    def test_only_the_institute_issues_it(self, demo_cast: dict[str, Actor]) -> None:
        with pytest.raises(Forbidden):
            report.issue(demo_cast["wanganji"], 1)
        with pytest.raises(NotFound):
            report.issue(demo_cast["liyan"], 999)

    def test_the_csv_of_a_county_holds_its_own_rows(self, demo_cast: dict[str, Actor]) -> None:
        own = exports.csv(demo_cast["wanganji"], 1).decode("utf-8-sig")
        assert {line.split(",")[2] for line in own.splitlines()[1:]} == {"330523"}
        every = exports.csv(demo_cast["liyan"], 1).decode("utf-8-sig")
        assert len({line.split(",")[2] for line in every.splitlines()[1:]}) == 90


def test_the_files_behind_strips_and_a_county(demo_cast: dict[str, Actor]) -> None:
    li = demo_cast["liyan"]
    evaluation = queries.evaluate(li, 4)
    assert evaluation is not None
    returned = exports.returns_csv(li, 4).decode("utf-8-sig").splitlines()
    assert len(returned) == 1 + len(evaluation.returns)
    assert sum(line.endswith(",是,否") for line in returned) == int(
        (evaluation.returns.due & ~evaluation.returns.on_time).sum()
    )
    table = pictures.completeness_rows(evaluation)
    assert (len(table), table.columns[:2].tolist()) == (len(evaluation.units), ["地区", "试点或对照"])
    first = evaluation.units[0]
    last = Period.parse(max(evaluation.returns[evaluation.returns.status != "waiting"].period))
    own = evaluation.returns[(evaluation.returns.code == first.code) & (evaluation.returns.period == str(last))]
    assert table.iloc[0][last.label] == own.label.item()
    figures = exports.county_csv(demo_cast["wanganji"], "330523").decode("utf-8-sig").splitlines()
    assert len(figures) == 1 + len(county_queries.values(demo_cast["wanganji"], "330523")) > 1
    # Another county's figures are not there for whoever may not see them.
    assert len(exports.county_csv(demo_cast["wujie"], "330523").decode("utf-8-sig").splitlines()) == 1


def test_a_pilot_without_any_data_prints_well(cast: Cast) -> None:
    pilot_id = running(cast)
    text = text_of(report.issue(cast.li_staff, pilot_id).data)
    assert "这个指标还没有任何数据" in text
    assert "尚不能判断" in text


def test_a_county_with_one_value_prints_well(cast: Cast) -> None:
    pilot_id = running(cast)
    fill(
        pilot_id,
        lambda code, arm, period, after: (7, 9) if arm is Arm.PILOT and str(period) == "2026-06" else None,
    )
    assert "77.78%" in text_of(report.issue(cast.li_staff, pilot_id).data)
