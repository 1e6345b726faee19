"""The page about places, as staff and as those who only look."""

from __future__ import annotations

import pytest

from regions import queries, service
from tests.conftest import Page
from tests.support import Cast

FORMS = ["regions_join_submit", "regions_leave_submit", "regions_load_submit"]


def metrics(app: object) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}  # type: ignore[attr-defined]


@pytest.mark.parametrize("who", ["admin", "li_staff", "wang_anji", "zhou_minzheng", "qian_bidder", "sun_judge"])
def test_everybody_looks_and_staff_edit(page: Page, cast: Cast, who: str) -> None:
    app = page("regions", cast.everybody()[who], regions_day="2025-01-01")
    assert not app.exception
    assert not app.error
    assert app.title[0].value == "地区与分组"
    assert metrics(app) == {"发达地区": "65 个", "山区海岛县": "25 个"}
    table = app.dataframe[0].value
    assert table["地区类型"].value_counts().to_dict() == {"发达地区": 65, "山区海岛县": 25}
    shown = [button.key for button in app.button if button.key in FORMS]
    assert shown == (FORMS if who in ("admin", "li_staff") else [])


@pytest.mark.parametrize(
    ("day", "numbers"),
    [
        ("2024-08-20", {"发达地区": "64 个", "山区26县": "26 个"}),
        ("2025-05-28", {"发达地区": "68 个", "山区海岛县": "22 个"}),
    ],
)
def test_a_day_is_part_of_the_address(page: Page, cast: Cast, day: str, numbers: dict[str, str]) -> None:
    assert metrics(page("regions", cast.sun_judge, regions_day=day)) == numbers


def test_the_province_to_begin_with(page: Page, cast: Cast) -> None:
    """江苏 comes first by code but has no groups; 安吉's team begins at home."""
    service.load(cast.li_staff, "江苏省")
    for who in (cast.li_staff, cast.wang_anji):
        assert page("regions", who).selectbox(key="regions_province").value == "330000"


def test_towns_of_a_county(page: Page, cast: Cast) -> None:
    app = page("regions", cast.sun_judge)
    app.selectbox(key="regions_county").set_value("330523").run()
    assert "共 15 个。" in [caption.value for caption in app.caption]


def test_another_province_is_loaded_and_chosen(page: Page, cast: Cast) -> None:
    app = page("regions", cast.li_staff)
    app.selectbox(key="regions_load_name").set_value("江苏省")
    app.button(key="regions_load_submit").click().run()
    assert not app.error
    assert [toast.value for toast in app.toast] == ["已载入江苏省，新增 109 个地区。"]
    app.selectbox(key="regions_province").set_value("320000").run()
    assert not app.exception
    assert metrics(app) == {"未分组": "95 个"}
    app.button(key="regions_load_submit").click().run()
    assert app.error[0].value == "请选择省份。"


def test_joining_and_leaving(page: Page, cast: Cast) -> None:
    app = page("regions", cast.li_staff, regions_day="2026-07-01")
    app.selectbox(key="regions_join_code").set_value("330523")
    app.text_input(key="regions_join_name").input("山区海岛县")
    app.button(key="regions_join_submit").click().run()
    assert app.error[0].value == "依据：至少 4 个字\n\n请按提示修改后再提交。"
    app.text_input(key="regions_join_source").input("浙政办发〔2026〕1号")
    app.button(key="regions_join_submit").click().run()
    assert not app.error
    assert metrics(app)["山区海岛县"] == "23 个"
    (joined,) = [s for s in queries.membership_history("330000") if s.region_code == "330523"]
    app.selectbox(key="regions_leave_id").set_value(joined.id)
    app.text_input(key="regions_leave_source").input("浙政办发〔2026〕2号")
    app.button(key="regions_leave_submit").click().run()
    assert not app.error
    (ended,) = [s for s in queries.membership_history("330000") if s.region_code == "330523"]
    assert ended.valid_to is not None
    app.button(key="regions_leave_submit").click().run()
    assert app.error[0].value == "请选择地区。"


def test_a_wrong_record_is_put_right(page: Page, cast: Cast) -> None:
    spell = next(s for s in queries.membership_history("330000") if s.region == "景宁县" or "景宁" in s.region)
    app = page("regions", cast.li_staff)
    app.selectbox(key="regions_correct_id").select(spell.id).run()
    app.text_input(key=f"regions_correct_source_{spell.id}").input("浙政发〔2024〕9号")
    app.button(key=f"regions_correct_submit_{spell.id}").click().run()
    assert "更正的理由" in app.error[0].value
    app.text_input(key=f"regions_correct_reason_{spell.id}").input("文号录错")
    app.button(key=f"regions_correct_submit_{spell.id}").click().run()
    assert not app.error
    found = next(s for s in queries.membership_history("330000") if s.id == spell.id)
    assert found.source == "浙政发〔2024〕9号"
