"""The parts of the pages about definitions: the fields of the editor, its preview, warnings, versions, uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from enum import Enum
from typing import Any

import pandas as pd
import streamlit as st

from core import clock
from core.numbers import MICRO, parse_number
from core.periods import Cadence, Period
from core.words import CollectionKind, Direction, Kind, ValueState
from metrics import compliance, definition_report, definitions, previewing
from metrics.definition_queries import IndexUse, Latest, Use, VersionView
from metrics.definition_schemas import REGIONS, TIME, DefinitionIn
from metrics.model import Entry, Indicator, Severity
from metrics.pages.values import FIGURE, address
from web import guard

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "一、说的是什么": ("code", "name", "meaning", "formula", "limits"),
    "二、填什么、怎么算": ("kind", "n_label", "n_unit", "d_label", "d_unit", "factor", "unit", "decimals"),
    "三、好坏与范围": (
        "direction", "best_min", "best_max", "hard_min", "hard_max", "plausible_min", "plausible_max",
    ),
    "四、累计与合成": ("accumulation", "d_fixed", "combine_time", "combine_regions"),
    "五、从哪里来、什么时候报": (
        "cadence", "due_days", "source", "source_resource_id", "collected_by", "evidence_kind", "evidence",
    ),
    "六、怎么用": ("role", "seasonal", "compliance_note"),
}  # fmt: skip
_LONG = frozenset({"meaning", "formula", "limits", "evidence", "compliance_note"})
_ONLY: Mapping[str, Sequence[Any]] = {"combine_time": TIME, "combine_regions": REGIONS, "cadence": list(Cadence)}
_SAMPLES = {
    Kind.COUNT: (("12", ""), ("30", "")),
    Kind.MEAN: (("460", "100"), ("1200", "200")),
    Kind.YES_NO: (("1", ""), ("0", "")),
}
_RATIO_SAMPLE = (("1152", "1200"), ("45", "60"))
_ONE_SAMPLE = (("96", ""), ("75", ""))


def fields(
    old: Mapping[str, Any], resources: Mapping[int, str], key: str, *, code_fixed: bool
) -> tuple[dict[str, Any], list[str]]:
    """Every field with what it means and an example; returns what was entered and what could not be read."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    for title, names in SECTIONS.items():
        with st.expander(title, expanded=True, key=f"{key}_{names[0]}_section"):
            for name in names:
                field = DefinitionIn.model_fields[name]
                example = "、".join(str(item) for item in field.examples or ())
                label = (field.title or name) + ("（必填）" if field.is_required() else "")
                values[name] = _widget(name, label, old.get(name), resources, key, problems, fixed=code_fixed)
                st.caption(guard.plain(f"{field.description}" + (f"　例如：{example}" if example else "")))
    return values, problems


def _widget(
    name: str, label: str, old: Any, resources: Mapping[int, str], key: str, problems: list[str], *, fixed: bool
) -> Any:
    at = f"{key}_{name}"
    annotation = DefinitionIn.model_fields[name].annotation
    if name == "source_resource_id":
        choices = [None, *resources]
        return st.selectbox(
            label, choices, choices.index(old) if old in choices else 0,
            lambda number: "不在目录中" if number is None else resources[number], key=at,
        )  # fmt: skip
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        options = list(_ONLY.get(name, list(annotation)))
        return st.selectbox(
            label, options, options.index(old) if old in options else 0, lambda item: item.label, key=at
        )
    if annotation is bool:
        return st.checkbox(label, bool(old), key=at)
    if annotation is int:
        return st.number_input(label, value=int(1 if old is None else old), step=1, key=at)
    if annotation is str:
        if name in _LONG:
            return st.text_area(label, old or "", key=at, height=80)
        return st.text_input(label, old or "", key=at, disabled=fixed and name == "code")
    return amount(label, old, at, problems)


def amount(label: str, old: Decimal | None, key: str, problems: list[str]) -> Decimal | None:
    """A number as people write it, or nothing."""
    text = st.text_input(label, "" if old is None else f"{old.normalize():f}", key=key)
    reading = parse_number((text or "").replace("%", "").replace("％", ""))
    if reading.error:
        problems.append(f"{label}：{reading.error}")
    return reading.value


def draft(values: Mapping[str, Any]) -> Indicator:
    """What is being written, as the rest of the house would see it; nothing is checked."""
    return Indicator(id=0, version=1, **{name: values[name] for name in DefinitionIn.model_fields})


def preview(values: Mapping[str, Any], key: str) -> None:
    """What the definition will do, on figures that can be changed."""
    indicator = draft(values)
    st.markdown("**预览**　用示例数看这个口径会怎样工作，可以改成自己的数。")
    samples = _SAMPLES.get(indicator.kind, _RATIO_SAMPLE if indicator.kind.has_denominator else _ONE_SAMPLE)
    entries: list[Entry] = []
    problems: list[str] = []
    for place, sample in zip(previewing.PLACES, samples, strict=True):
        left, right = st.columns(2)
        with left:
            n = amount(
                f"{place}　{indicator.n_label or '分子'}",
                Decimal(sample[0]),
                f"{key}_n_{place}_{indicator.kind}",
                problems,
            )
        d = None
        if indicator.kind.has_denominator:
            with right:
                d = amount(
                    f"{place}　{indicator.d_label or '分母'}",
                    Decimal(sample[1]),
                    f"{key}_d_{place}_{indicator.kind}",
                    problems,
                )
        entries.append(Entry(_micro(n), _micro(d), ValueState.REPORTED))
    left, right = st.columns(2)
    with left:
        baseline = amount("示例基线", None, f"{key}_baseline", problems)
    with right:
        target = amount("示例目标", None, f"{key}_target", problems)
    if problems:
        st.error("\n".join(f"- {guard.plain(problem)}" for problem in problems))
        return
    if any(entry.n is None or (indicator.kind.has_denominator and entry.d is None) for entry in entries):
        st.caption("请把示例数填全。")
        return
    shown = previewing.preview(indicator, entries, baseline, target)
    st.markdown("**一个数怎么读**")
    for line in shown.values:
        st.markdown(f"- {guard.plain(line)}")
    for place, finding in shown.findings:
        sign = ":red-badge[■ 错误]" if finding.severity is Severity.ERROR else ":orange-badge[◐ 提醒]"
        st.markdown(f"- {sign} {place}　{guard.plain(finding.message)}{guard.plain(finding.remedy)}")
    st.markdown("**怎么合成**")
    st.markdown(f"- {guard.plain(shown.regions)}\n- {guard.plain(shown.periods)}")
    st.markdown("**怎么评分**")
    st.markdown(f"- {guard.plain(shown.scored)}")
    if warning := compliance.warning(indicator):
        warn(warning, "")


def _micro(value: Decimal | None) -> int | None:
    return None if value is None else round(value * MICRO)


def warn(warning: str, note: str) -> None:
    """The warning about counting clicks, and what was answered to it."""
    if warning:
        st.warning(f"**◆ 合规提醒**　{guard.plain(warning)}{guard.plain(compliance.REMEDY)}")
        if note:
            st.caption(f"合规说明：{guard.plain(note)}")


def uses(found: Sequence[Use]) -> None:
    """The pilots and collections that ask for the indicator, each a link."""
    for use in found:
        span = ""
        if use.from_period:
            span = f"，自{Period.parse(use.from_period).label}"
        if use.until_period:
            span += f"，至{Period.parse(use.until_period).label}"
        label = guard.plain(f"{use.collection}（{use.role.label}，第 {use.version} 版{span}）")
        if use.pilot_id is not None:
            st.page_link(
                "pilots/pages/pilot.py", label=label, icon=":material/science:",
                query_params={"id": str(use.pilot_id)},
            )  # fmt: skip
        elif use.kind is CollectionKind.ASSESSMENT:
            st.page_link(
                "metrics/pages/assessment.py", label=label, icon=":material/leaderboard:",
                query_params={"assessment_id": use.collection},
            )  # fmt: skip
        else:
            st.page_link(
                "metrics/pages/targets.py", label=label, icon=":material/flag:",
                query_params={"id": str(use.collection_id)},
            )  # fmt: skip
    if not found:
        st.caption("没有您可以查看的报送任务在用这个指标。")


def latest(found: Sequence[Latest]) -> None:
    """The newest figure in each collection, each a link to how it came about."""
    for item in found:
        shown = f"{item.region} {Period.parse(item.period).label} {item.indicator.show(item.value)}"
        st.page_link(
            FIGURE,
            label=guard.plain(f"{item.collection}：{shown}（第 {item.indicator.version} 版）"),
            icon=":material/manage_search:",
            query_params=address(item.collection_id, item.indicator.id, item.region_code, item.period),
        )
    if not found:
        st.caption("还没有报来的数。")


def index_systems(found: Sequence[IndexUse]) -> None:
    """The index systems that weigh the indicator, each a link."""
    for use in found:
        st.page_link(
            "metrics/pages/index_system.py",
            label=guard.plain(f"指标体系：{use.name}（第 {use.number} 版）"),
            icon=":material/balance:",
            query_params={"id": str(use.id)},
        )


def versions(found: Sequence[VersionView], current: int) -> None:
    """Every version, the newest first, with what it changed field by field."""
    for view in found:
        indicator = view.indicator
        begins = f"从{Period.parse(indicator.valid_from).label}起" if indicator.valid_from else "最初"
        compared = f"　{definition_report.comparable(indicator)}" if indicator.version > 1 else ""
        title = f"第 {indicator.version} 版　{begins}{compared}"
        with st.expander(
            guard.plain(title),
            expanded=indicator.id == current and indicator.version > 1,
            key=f"version_{indicator.id}",
        ):
            st.markdown(
                f"{guard.plain(view.author)}　{clock.show(view.created_at)}　"
                + ("● 已有数使用，不再修改" if view.used else "○ 还没有数使用，可以直接修改")
            )
            if indicator.changed:
                st.markdown(
                    f"改了什么：{guard.plain(indicator.changed)}　为什么：{guard.plain(indicator.change_reason)}"
                )
            if view.differences:
                st.dataframe(
                    pd.DataFrame(
                        {"项目": item.title, "上一版": item.old, "这一版": item.new} for item in view.differences
                    ),
                    key=f"version_differences_{indicator.id}",
                    hide_index=True,
                    width="stretch",
                )
            if indicator.id != current:
                st.page_link(
                    "metrics/pages/indicator.py", label=f"查看第 {indicator.version} 版全文",
                    icon=":material/straighten:", query_params={"id": str(indicator.id)},
                )  # fmt: skip


def next_periods(indicator: Indicator) -> list[str]:
    """The periods from which a new version may begin: this one and the coming ones."""
    now = Period.containing(clock.today(), indicator.cadence)
    return [str(now.shift(step)) for step in range(-1, 13)]


def starting() -> dict[str, Any]:
    """What the editor of a new indicator begins with."""
    return {
        "kind": Kind.RATIO, "factor": 100, "unit": "%", "decimals": 2, "direction": Direction.HIGHER,
        "hard_min": Decimal(0), "hard_max": Decimal(100), "due_days": 5,
    }  # fmt: skip


def changed(old: Indicator, values: Mapping[str, Any]) -> pd.DataFrame:
    """What would change, field by field."""
    new = replace(old, **{name: values[name] for name in DefinitionIn.model_fields})
    return pd.DataFrame(
        {"项目": item.title, "现在": item.old, "改为": item.new} for item in definitions.differences(old, new)
    )
