"""After the release: did the winners' figures hold; certificates, feedback letters, and how to do the same elsewhere."""

import pandas as pd
import streamlit as st

from awards import after_queries, queries
from awards.pages import after_parts
from core.words import AwardEntryState, EditionState
from printing.pages import parts as report_parts
from web import guard, keep, widgets

actor = guard.current_actor()
view = guard.found(queries.edition(actor, guard.parameter("id")), "年度遴选")
widgets.header(
    f"{view.row.name}　入选之后",
    "入选项目的成效保持住了吗，别的地方怎么做？",
    back=("awards/pages/edition.py", "回到年度"),
    query={"id": str(view.row.id)},
)
if view.row.state is not EditionState.RELEASED:
    widgets.empty("这个年度还没有发布。发布后可以打印证书、反馈信并回看入选项目。")
    st.stop()
SHAPES = {"提升": "●", "保持": "●", "回落": "■"}
share = after_parts.share

held = keep.ask(after_queries.held, actor, view.row.id)
if held:
    st.subheader("成效是否保持", anchor=False)
    counted = {word: sum(item.words == word for item in held) for word in ("提升", "保持", "回落")}
    widgets.figures([(word, f"{count} 个", "") for word, count in counted.items()])
    st.caption("与评审时冻结的证据相比，目标指标达成程度相差不到 5 个百分点的为保持。")
    widgets.table(
        pd.DataFrame(
            {
                "后续": f"{SHAPES.get(item.words, '○')} {item.words}",
                "等次": item.row.grade,
                "项目": item.row.title,
                "达成（评审时）": share(item.attained_then),
                "达成（现在）": share(item.attained_now),
                "新增期数": item.later,
                "申报单位": item.row.organisation,
                "目标指标": item.indicator,
                "评审时": item.then,
                "现在": item.now,
            }
            for item in held
        ),
        "after_held",
        open_page="awards/pages/award_entry.py",
        ids=[item.row.id for item in held],
    )
    if view.runs:
        after_parts.race(actor, view.row.id)
else:
    widgets.empty("这一届没有您单位的入选项目。别的地方怎么做、成效怎样，见下面。")
after_parts.copying(actor, view.row.id)
st.markdown(f"[打开公众看到的集中晾晒](/public/showcase?edition={view.row.id})")
after_parts.ladders(actor)

told = [row for row in view.entries if row.state is not AwardEntryState.DRAFT]
if told:
    st.subheader("证书与反馈信", anchor=False)
    names = {row.id: f"{row.code} {row.title}（{row.state.label}）" for row in told}
    chosen = st.selectbox("项目", list(names), format_func=lambda key: names[key], key="after_entry")
    row = next(item for item in told if item.id == chosen)
    keys = ["award_certificate"] if row.state is AwardEntryState.WINNER else []
    for key in (*keys, "award_letter"):
        with st.container(horizontal=True):
            report_parts.downloads(actor, key, str(row.id), f"{row.code}_{row.title}")
    st.page_link("printing/pages/reports.py", label="一次打印一个年度的全部证书或反馈信", icon=":material/print:")
