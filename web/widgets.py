"""What pages are made of, so that they look and behave alike."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from accounts.permissions import Actor, Permission, may
from core import clock
from core.settings import settings
from core.uploads import SUFFIXES
from core.workflow import Step
from db import facts
from db.files import Attached
from web import keep
from web.guard import plain

# A state carries a colour, a shape and its word; never colour alone.
_GOOD, _WAIT, _BAD, _REST = (
    ("green", "●"),
    ("orange", "◐"),
    ("red", "■"),
    ("gray", "○"),
)
_TONES = {
    "approved": _GOOD,
    "locked": _GOOD,
    "running": _GOOD,
    "piloting": _GOOD,
    "promoting": _GOOD,
    "connected": _GOOD,
    "granted": _GOOD,
    "confirmed": _GOOD,
    "submitted": _WAIT,
    "appraisal": _WAIT,
    "pending": _WAIT,
    "evaluating": _WAIT,
    "iterating": _WAIT,
    "requested": _WAIT,
    "waiting": _WAIT,
    "paused": _WAIT,
    "suspended": _WAIT,
    "changed": _WAIT,
    "rechecking": _WAIT,
    "open": _BAD,
    "explained": _WAIT,
    "accepted": _GOOD,
    "corrected": _GOOD,
    "unlocked": _WAIT,
    "preparing": _WAIT,
    "live": _GOOD,
    "dropped": _BAD,
    "replied": _WAIT,
    "ordered": _WAIT,
    "escalated": _BAD,
    "tolerated": _GOOD,
    "partial": _WAIT,
    "recusing": _WAIT,
    "assigning": _WAIT,
    "scoring": _WAIT,
    "moderating": _WAIT,
    "finalising": _WAIT,
    "final": _GOOD,
    "active": _GOOD,
    "withdrawn": _REST,
    "disqualified": _BAD,
    "returned": _BAD,
    "refused": _BAD,
    "stopped": _BAD,
    "overdue": _BAD,
    "objected": _BAD,
    "arguing": _WAIT,
    "ready": _WAIT,
    "checking": _WAIT,
    "reviewing": _WAIT,
    "notice": _WAIT,
    "notice_paused": _WAIT,
    "signing": _WAIT,
    "accepting": _WAIT,
    "carrying_out": _GOOD,
    "paid_out": _GOOD,
    "rejected": _BAD,
    "no_award": _BAD,
    "terminated": _BAD,
    "eligible": _GOOD,
    "ineligible": _BAD,
    "candidate": _WAIT,
    "won": _GOOD,
    "signed": _GOOD,
    "working": _GOOD,
    "passed": _GOOD,
    "failed": _BAD,
    "eliminated": _BAD,
    "checked": _WAIT,
    "rectifying": _WAIT,
    "paid": _GOOD,
    "applying": _GOOD,
    "recommending": _WAIT,
    "form_check": _WAIT,
    "first_round": _WAIT,
    "shortlisting": _WAIT,
    "final_round": _WAIT,
    "voting": _WAIT,
    "combining": _WAIT,
    "deciding": _WAIT,
    "released": _GOOD,
    "revoked": _BAD,
    "recommended": _GOOD,
    "qualified": _GOOD,
    "unqualified": _BAD,
    "judging": _WAIT,
    "shortlisted": _GOOD,
    "proposed": _WAIT,
    "winner": _GOOD,
    "vetoed": _BAD,
}


def header(
    title: str,
    question: str,
    *,
    back: tuple[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    published: bool = False,
) -> None:
    """A page's title and, under it, the one question it answers. `back` is (page file, label), `query` what its
    address takes. In a demo installation every page says that its figures are invented, unless they are
    `published` ones."""
    if back:
        link(back[0], back[1], icon=":material/arrow_back:", query=query)
    st.title(plain(title), anchor=False)
    st.caption(plain(question) + ("　:orange-badge[演示数据：数字为虚构]" if is_demo() and not published else ""))


PAGES: dict[str, tuple[str, st.Page]] = {}  # file → Streamlit's name for its entry, and the entry, once made


def link(file: str, label: str, *, icon: str, query: Mapping[str, str] | None = None) -> None:
    """The way to a page by its file, for pages with many of them: `st.page_link` follows the name of a file through
    the file system and all pages, and takes an entry as it is."""
    context, (name, entry) = get_script_run_ctx(), PAGES.get(file, ("", file))
    # Without an entry on this person's menu Streamlit says by the file's name what is wrong
    page = entry if context is not None and name in context.pages_manager.get_pages() else file
    st.page_link(page, label=label, icon=icon, query_params=query, width="content")


def is_demo() -> bool:
    """Whether this installation shows invented figures; settled when the process starts."""
    return keep.kept(("demo", settings().url), facts.is_demo)


def badge(state: str, label: str) -> str:
    """Markdown for a state: shape, colour and word."""
    colour, shape = _TONES.get(state, _REST)
    return f":{colour}-badge[{shape} {label}]"


def shape(state: str, label: str) -> str:
    """A state in a table cell, where Markdown is not rendered: shape and word."""
    return f"{_TONES.get(state, _REST)[1]} {label}"


def flash(message: str) -> None:
    """Say something on the next page that is drawn."""
    st.session_state.setdefault("_flash", []).append(message)


def show_flashes() -> None:
    for message in st.session_state.pop("_flash", []):
        st.toast(plain(message), icon=":material/check_circle:", duration="long")


def nonce(form: str) -> str:
    """One token per filled-in form, so that submitting it twice creates one record."""
    return str(st.session_state.setdefault(f"_nonce_{form}", uuid.uuid4().hex))


def spend_nonce(form: str) -> None:
    st.session_state.pop(f"_nonce_{form}", None)


def empty(message: str, *, page: str = "", label: str = "") -> None:
    """What a list says when it has nothing: why, and what to do next."""
    with st.container(border=True):
        st.markdown(f"**{plain(message)}**")
        if page:
            link(page, label, icon=":material/arrow_forward:")


@contextmanager
def filters(key: str) -> Iterator[None]:
    """What narrows a list down, besides its search box: rows of choices on a wide screen; on a phone they are
    folded behind one word, so that the list is what one sees first. `key` begins the names under which the choices
    stand in the address; how many are set is said, since a phone does not show them."""
    words = (f"{key}_q", f"{key}_search")
    chosen = sum(name.startswith(f"{key}_") and name not in words for name in st.query_params)
    said = f"筛选（已选 {chosen} 项）" if chosen else "筛选"
    with st.container(key=f"filters_{key}"):
        st.html(f"<details><summary>{said}</summary></details>")
        yield


def table(
    frame: pd.DataFrame | pa.Table,
    key: str,
    *,
    open_page: str = "",
    ids: Sequence[int] = (),
    parameter: str = "id",
    addresses: Sequence[Mapping[str, str]] = (),
    help: dict[str, str] | None = None,
    height: int | str = "auto",
    counties: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """A list with search, sorting and download. With `open_page`, choosing a row opens `ids[row]` there,
    or `addresses[row]` where one number does not say it all. `counties`: column → the codes behind the names in it
    (`to_counties`), which then lead to the counties' pages.

    The grid reports positions in the frame it was given, so `ids` must be in the frame's order.
    """
    addresses = addresses or [{parameter: str(number)} for number in ids]
    config: dict[str, Any] = {name: st.column_config.Column(name, help=text) for name, text in (help or {}).items()}
    config |= county_columns(key, counties)
    draw: Any = st.dataframe  # its overloads tell selection on and off apart by literals
    event = draw(
        frame,
        key=key,
        hide_index=True,
        width="stretch",
        height=height,
        column_config=config,
        on_select="rerun" if open_page else "ignore",
        selection_mode="single-row",
    )
    follow_county(key, counties)
    ways = ["点选一行左侧的方框可打开详情"] if open_page else []
    ways += [f"点{column}看这个县的全部情况" for column in counties or {}]
    if ways:
        st.caption("；".join(ways) + "。")
    if open_page:
        rows = event.selection.rows
        if rows and rows[0] < len(addresses):
            st.switch_page(open_page, query_params=dict(addresses[rows[0]]))


COUNTY = "pilots/pages/county.py"


def to_counties(actor: Actor, codes: Sequence[str], column: str = "地区") -> dict[str, Sequence[str]]:
    """What `table` is told of a column of county names: the code behind each, nothing for somebody who may not open
    all of their pages. A town's name leads to its county."""
    own = [code[:6] for code in codes]
    visible = may(actor, Permission.COUNTY_READ) and (actor.is_staff or {actor.region_code} >= set(own))
    return {column: own} if visible else {}


def county_columns(key: str, counties: Mapping[str, Sequence[str]] | None) -> dict[str, Any]:
    """The columns of a grid in which a county's name is the way to its page; after drawing: `follow_county`."""
    return {
        column: st.column_config.ButtonColumn(
            column, type="secondary", alignment="left", help="点名称看这个县的全部情况", key=f"{key}_{column}_county"
        )
        for column in counties or {}
    }


def follow_county(key: str, counties: Mapping[str, Sequence[str]] | None) -> None:
    """Go to the county whose name was clicked in the grid."""
    for column, codes in (counties or {}).items():
        click = st.session_state.get(f"{key}_{column}_county")
        if click is not None and click["row"] < len(codes):
            st.switch_page(COUNTY, query_params={"code": codes[click["row"]]})


def turn_to(label: str, key: str, *, icon: str | None = None, **query: str) -> None:
    """The way to the same page about something else. A page link would leave the browser's address as it was,
    and the next click would lead back to it."""

    def turn() -> None:
        st.query_params.from_dict(query)

    st.button(label, key=key, icon=icon, type="tertiary", on_click=turn)


def steps(key: str, choices: Sequence[Step], act: Callable[[str, str], None]) -> None:
    """The buttons of a workflow: one a step; those with a reason or a consequence ask first."""
    if not choices:
        return
    with st.container(horizontal=True, key=f"{key}_steps"):
        for number, step in enumerate(choices):
            if not (step.needs_reason or step.warns):
                if st.button(step.do, key=f"{key}_{number}", type="primary" if number == 0 else "secondary"):
                    act(step.do, "")
                continue
            with st.popover(f"{step.do}…", key=f"{key}_{number}_ask"):
                if step.warns:
                    st.warning(step.warns)
                reason = st.text_area(
                    "理由" + ("（必填）" if step.needs_reason else "（可不填）"), key=f"{key}_{number}_reason"
                )
                if st.button(f"确认{step.do}", key=f"{key}_{number}", type="primary"):
                    act(step.do, reason)


def uploads(label: str, key: str, *, help: str = "") -> list[tuple[str, bytes]]:
    """An uploader for evidence: (name, content) of each file; the service checks them
    (`core.uploads.check`)."""
    chosen = st.file_uploader(
        label,
        type=list(SUFFIXES),
        accept_multiple_files=True,
        key=key,
        help=help or None,
        max_upload_size=settings().upload_mb,
    )
    return [(file.name, file.getvalue()) for file in chosen or []]


def county(code: str, name: str) -> None:
    """The way to a county's own page, wherever the county is named to somebody who may see it."""
    link(COUNTY, f"{plain(name)}的全部情况", icon=":material/location_city:", query={"code": code})


def attachments(
    rows: Sequence[Attached],
    load: Callable[[int], bytes],
    key: str,
    *,
    remove: Callable[[int, str], None] | None = None,
) -> None:
    """The files of a record, each a download. `load` runs when somebody takes the file, so it must ask
    again who that is (`sessions.fresh`). With `remove` each can be taken away, with a reason."""
    for row in rows:
        with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_{row.id}"):
            st.download_button(
                plain(f"{row.label}：{row.name}" if row.label else row.name),
                partial(load, row.id),
                file_name=row.name,
                mime=row.media_type,
                key=f"{key}_{row.id}_load",
                icon=":material/attach_file:",
                type="tertiary",
                on_click="ignore",
            )
            st.caption(plain(f"{_size(row.size)} · {row.added_by} · {clock.beijing(row.added_at):%Y-%m-%d}"))
            if remove is None:
                continue
            with st.popover("移除", key=f"{key}_{row.id}_ask", type="tertiary"):
                reason = st.text_input("移除的理由（必填，存入操作日志）", key=f"{key}_{row.id}_reason")
                if st.button("确认移除", key=f"{key}_{row.id}_remove", disabled=not reason.strip()):
                    remove(row.id, reason)


def _size(count: int) -> str:
    return f"{count / 1024 / 1024:.1f} MB" if count >= 1024 * 1024 else f"{max(1, round(count / 1024))} KB"


def figures(items: Sequence[tuple[str, str, str]], *, help: dict[str, str] | None = None) -> None:
    """Key figures in a row: label, value, what it is compared with."""
    with st.container(horizontal=True):
        for label, value, change in items:
            st.metric(
                label,
                value,
                delta=change or None,
                delta_color="off",
                delta_arrow="off",
                border=True,
                help=(help or {}).get(label),
                width="stretch",
                height="stretch",
            )
