"""A pilot's verdicts: what was decided by which rule, on what, and whether that still holds."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core import clock
from core.tabular import write_csv
from pilots import freezing, queries, verdict_tables
from pilots.decision import RULES
from pilots.pages import basis_parts, parts
from pilots.stages import NOT_BEGUN
from web import guard, keep, widgets
from web.guard import plain

actor = guard.current_actor()
pilot = guard.found(keep.ask(queries.pilot, actor, guard.found(guard.parameter("id"), "试点")), "试点")
parts.header(pilot, "当时凭什么下的结论，现在还成立吗？", parts.VERDICT, actor)
verdicts = keep.ask(queries.verdicts, actor, pilot.id)
if not verdicts:
    waiting = pilot.state in NOT_BEGUN
    st.info("试点没有启动，没有结论。" if waiting else "还没有记录结论；研究院可在试点总览页记录。")
    st.stop()

if len(verdicts) > 1:
    labels = {
        item.id: f"{clock.show(item.decided_at)}　{item.title}" + ("（人工）" if item.overruled_reason else "")
        for item in verdicts
    }
    picked = st.selectbox(
        f"共 {len(verdicts)} 次结论，最近的在前",
        list(labels),
        0,
        lambda number: labels[number],
        key="verdict_picked",
        bind="query-params",
    )
    verdict = next(item for item in verdicts if item.id == picked)
else:
    verdict = verdicts[0]
situations = {rule.id: rule.situation for rule in RULES}
with st.container(border=True, key="verdict_box"):
    st.markdown(f"### {plain(verdict.title)}")
    st.markdown(plain(verdict.sentence))
    if verdict.overruled_reason:
        st.markdown(f":orange-badge[◐ 人工结论]　与系统规则不同，理由：{plain(verdict.overruled_reason)}")
    st.markdown(
        f"**触发的规则**　{verdict.rule} {plain(situations.get(verdict.rule, ''))}\n\n"
        f"**下一步**　{plain(verdict.next_step)}\n\n**责任单位**　{plain(verdict.owner)}"
    )
    st.caption(f"北京时间 {clock.show(verdict.decided_at)}　数据指纹 {verdict.inputs_hash[:12]}")

kept = keep.ask(queries.frozen, actor, verdict.id)
if kept is None:
    st.info("结论的依据含其他地区的数据，由研究院查看。")
    st.stop()


inputs = kept[1]


@dataclass(frozen=True)
class Basis:
    """The basis of then beside now, worked out once while the data stand still."""

    intact: bool
    replayed: str
    changed: list[freezing.Changed]
    later: int
    now: dict[str, str]
    title_now: str
    quality: pd.DataFrame
    names: dict[str, str]
    indicators: dict[str, str]


def compared() -> Basis:
    evaluation = guard.found(keep.ask(queries.evaluate, actor, pilot.id, verdict.phase), "评估")
    now = freezing.frozen(evaluation)
    again = freezing.replayed(inputs)
    return Basis(
        freezing.digest(inputs) == verdict.inputs_hash,
        "" if again is None else again.rule_id,
        freezing.changes(inputs, now),
        freezing.later(inputs, now),
        {} if evaluation.decision is None else evaluation.decision.figures,
        "" if evaluation.decision is None else evaluation.decision.title,
        verdict_tables.quality(inputs, evaluation.quality),
        {unit.code: unit.name for unit in (*evaluation.units, *evaluation.late)},
        {measure.indicator.code: measure.indicator.name for measure in evaluation.measures},
    )


basis = keep.kept(("basis", actor.role, pilot.id, verdict.id, keep.version(), clock.today()), compared)
st.subheader("当时的依据", anchor=False)
st.caption(
    "下面是作出结论时留存的数据副本，此后的更正不会改动它。"
    + (f"评估的是“{inputs['phase']}”。" if inputs.get("phase") else "")
)
figures = verdict_tables.figures(verdict.figures, basis.now)
others = int((figures.比较 == verdict_tables.OTHER).sum())
if not basis.intact:
    st.error("留存的数据与当时的指纹不符，请管理员核对备份。")
elif basis.changed:
    st.warning(
        f"◐ 此后有 {len(basis.changed)} 个数变了，结论仍按当时的数。按现在的数，系统规则给出“{plain(basis.title_now)}”。"
    )
elif others:
    st.warning(
        f"◐ 当时的数没有被更正，但有 {others} 项依据与现在不同（例如又报了新的一期，或调整了目标），见下表标出的行。"
    )
else:
    st.success("● 当时的依据此后没有变化，指纹核对一致。")
if basis.later:
    st.caption(f"此后又报了 {basis.later} 期；新的一期不算当时的依据。")
if basis.replayed and basis.replayed != verdict.rule and not verdict.overruled_reason:
    st.caption(f"规则后来修订过：用当时的数按现行规则是 {basis.replayed} {plain(situations.get(basis.replayed, ''))}。")
st.dataframe(
    figures.style.apply(
        lambda row: ["background-color: #FBEED3" if row["比较"] == verdict_tables.OTHER else ""] * len(row), axis=1
    ),
    hide_index=True,
    width="stretch",
    height="content",
    key="verdict_figures",
)
st.download_button(
    "下载当时的依据（CSV）",
    data=lambda: write_csv(list(figures.columns), figures.to_numpy().tolist()),
    file_name=f"结论依据_{pilot.name}_{clock.beijing(verdict.decided_at):%Y%m%d}.csv",
    mime="text/csv",
    on_click="ignore",
    icon=":material/table:",
    key="verdict_csv",
)
if basis.changed:
    with st.expander(f"此后变了的数（{len(basis.changed)}）", expanded=True):
        widgets.table(
            verdict_tables.changes(basis.changed, basis.indicators, basis.names),
            "verdict_changes",
            counties=widgets.to_counties(actor, [item.code for item in basis.changed]),
        )
st.page_link(
    parts.EVALUATION,
    label="现在的效果由哪些数算成",
    icon=":material/search:",
    query_params={"id": str(pilot.id), basis_parts.PARAMETER: "1"},
)
with st.expander("当时的数据质量"):
    if basis.quality.empty:
        st.caption("作出这个结论时还没有留存各部分的得分，只有上表中的总分。")
    else:
        st.dataframe(basis.quality, hide_index=True, width="stretch", key="verdict_quality")
        st.caption("得分 / 满分（符合 / 应有）。结论看的是当时的总分。")
with st.expander("当时的指标"):
    st.dataframe(verdict_tables.measures(inputs, basis.indicators), hide_index=True, width="stretch")
with st.expander("当时参加的地区"):
    st.dataframe(verdict_tables.units(inputs, basis.names), hide_index=True, width="stretch")
