"""The parts of the page about assessments: one group at a time, and the door for a published table."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from accounts.permissions import Actor
from core.numbers import format_exact, format_number
from core.periods import Period
from core.settings import settings
from metrics import imports, panel, pictures
from metrics.pages.values import FIGURE, address
from metrics.standings import Assessment, Standing
from web import charts, guard, widgets

_FORM = "assessment_import"
_OUTCOME = "assessment_outcome"
_EXAMPLE = {
    "month": "2021-07",
    "group": "各县、赣榆区",
    "full_mark": "150",
    "unit": "灌南县",
    "orders": "2843",
    "score": "147.72",
    "rank_in_group": "1（可不填）",
    "source_url": "通报网址（可不填）",
}


def buckets(rows: Sequence[Standing], month: str) -> list[list[Standing]]:
    """The rows of each group and full mark that has a place in this month, all months of it, oldest first."""
    keys = dict.fromkeys((row.group, row.full_mark) for row in rows if row.period == month)
    return [[row for row in rows if (row.group, row.full_mark) == key and row.period <= month] for key in keys]


def draw(actor: Actor, assessment: Assessment, month: str, rows: Sequence[Standing], place: int) -> None:
    """One group: its table and picture of the month, its places through the months."""
    now = sorted((row for row in rows if row.period == month), key=lambda row: (row.rank or 0, row.unit))
    group, full = now[0].group, now[0].full_mark
    key = (assessment.id, actor.is_staff or actor.region_code, group, full, month)
    st.subheader(guard.plain(group), anchor=False)
    st.caption(f"满分 {format_exact(full)} 分，{now[0].of} 个单位，只在本组内排名。")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        widgets.table(
            pd.DataFrame(
                {
                    "名次": row.rank,
                    "较上次": _moved(row),
                    "单位": row.unit,
                    "得分": _score(row.score),
                    "满分": format_exact(row.full_mark),
                    "得分率": f"{format_number(row.rate * 100, 2)}%",
                    "工单量": format_exact(row.orders),
                }
                for row in now
            ),
            f"assessment_table_{place}",
            open_page=FIGURE,
            addresses=[address(assessment.id, assessment.score_id, row.region_code, row.period) for row in now],
            help={"较上次": "与本组上一个公布的月份相比", "得分率": "得分 ÷ 满分，不用于跨组排名"},
        )
    with right:
        if len(now) > 1:
            charts.draw(
                lambda: pictures.scores(now, assessment.score, assessment.targets),
                ("scores", *key),
                describe=f"{group}得分：" + "，".join(f"{row.unit} {row.score:f}" for row in now),
            )
    if len({row.period for row in rows}) > 1:
        with st.expander(f"{guard.plain(group)}名次变化", expanded=True, key=f"assessment_ranks_{place}"):
            charts.draw(lambda: pictures.ranks(rows), ("ranks", *key), describe=f"{group}各单位各月名次的变化")
            every = sorted(rows, key=lambda row: (row.period, row.rank or len(rows)), reverse=True)
            widgets.table(
                pd.DataFrame(
                    {
                        "月份": Period.parse(row.period).label,
                        "单位": row.unit,
                        "得分": _score(row.score),
                        "组内名次": "–" if row.rank is None else f"{row.rank} / {row.of}",
                    }
                    for row in every
                ),
                f"assessment_every_{place}",
                open_page=FIGURE,
                addresses=[address(assessment.id, assessment.score_id, row.region_code, row.period) for row in every],
            )


def import_box(actor: Actor) -> None:
    """Take in a published table; what came of it stays until the next one."""
    outcome = st.session_state.get(_OUTCOME)
    with st.expander("导入考核通报", icon=":material/upload_file:", expanded=bool(outcome), key="assessment_box"):
        _columns()
        file = st.file_uploader(
            "考核通报（CSV 或 Excel）",
            type=["csv", "xlsx", "xls"],
            key=f"assessment_file_{widgets.nonce(_FORM)}",
            max_upload_size=settings().upload_mb,
        )
        if st.button("导入", key="assessment_take", type="primary", disabled=file is None) and file is not None:
            with guard.show_errors(), st.spinner("正在核对每一行并写入，几十行约需几秒……", show_time=True):
                st.session_state[_OUTCOME] = imports.take_in(actor, file.getvalue(), file.name)
                widgets.spend_nonce(_FORM)
                st.rerun()
        if outcome is not None:
            (st.success if outcome.ok else st.warning)("  \n".join(guard.plain(line) for line in outcome.lines))


def nothing(designs: bool) -> None:
    """What the page says before there is any assessment."""
    if designs:
        widgets.empty("还没有月度考核。请在上面导入公开发布的考核通报；同一张表导入两次不会重复。")
    else:
        widgets.empty("没有您可以查看的月度考核。研究院导入考核通报后，被考核的单位会在这里看到自己的名次。")


def _columns() -> None:
    st.markdown("表格第一行写列名，以下每行一个单位、一个月；列名用中文或英文都可以。")
    st.dataframe(
        pd.DataFrame([{panel.COLUMNS[name]: text for name, text in _EXAMPLE.items()}]),
        key="assessment_example",
        hide_index=True,
        width="stretch",
        alt="考核通报应有的列和一行示例",
    )
    st.caption("同一个月同一组的满分必须相同。表里有名次时，会与按得分排出的名次逐一核对。有一行不对就整表不保存。")


def _moved(row: Standing) -> str:
    if row.before is None or row.rank is None:
        return "–"
    steps = row.before - row.rank
    return "＝ 持平" if not steps else f"▲ 升 {steps} 位" if steps > 0 else f"▼ 降 {-steps} 位"


def _score(score: Decimal) -> str:
    """As published, with two decimals at least so that a column reads straight."""
    exponent = score.as_tuple().exponent
    return format_number(score, max(2, -exponent if isinstance(exponent, int) else 2))
