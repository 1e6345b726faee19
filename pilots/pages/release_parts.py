"""What the public is shown of a pilot, on the pilot's page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import quote

import streamlit as st

from accounts.permissions import Actor
from core import clock
from core.settings import settings
from pilots import release_queries, release_service
from pilots.pages.open_pages import ONE
from pilots.queries import PilotView
from reports import codes
from web import guard, widgets
from web.keep import ask


def draw(actor: Actor, pilot: PilotView) -> None:
    """Whether it is released, the code that leads to its page, and the ways to release and to withdraw it."""
    rows = ask(release_queries.releases, actor, pilot.id)
    shown = next((row for row in rows if row.withdrawn_at is None), None)
    st.subheader("对公众", anchor=False)
    with st.container(border=True, key="release"):
        if shown is None:
            st.markdown(f"{widgets.badge('draft', '未公布')}　公布后，任何人不登录就能看到结论摘要、打分、提意见。")
            if rows and rows[0].withdrawn_at:
                st.caption(guard.plain(f"{clock.show(rows[0].withdrawn_at)} 撤下：{rows[0].withdrawn_reason}"))
            _release(actor, pilot, "公布结论")
            return
        assert pilot.verdict is not None
        old = shown.verdict_id != pilot.verdict.id
        words = "公布之后又作出了新的结论，公众看到的还是上一份。" if old else "公众看到的就是最新结论。"
        st.markdown(f"{widgets.badge('pending' if old else 'released', '已公布')}　{words}")
        st.caption(guard.plain(f"{shown.released_by}　{clock.show(shown.released_at)}　校验值 {shown.digest[:12]}"))
        code(f"{ONE}?code={quote(shown.code)}", f"{pilot.name}_评价", "扫码查看并评价")
        with st.container(horizontal=True):
            if old:
                _release(actor, pilot, "更新公布")
            withdrawing(
                "撤下后公众看不到这个试点；已有的评价保留。",
                partial(release_service.withdraw, actor, shown.id, seen_version=shown.version),
            )


def withdrawing(warning: str, take: Callable[[str], None]) -> None:
    """Asks why something is taken from the public, and has it taken."""
    with st.popover("撤下…", icon=":material/visibility_off:", key="release_withdraw_ask"):
        st.markdown(warning)
        reason = st.text_input("理由", key="release_reason")
        if st.button("撤下", key="release_withdraw"):
            with guard.show_errors():
                take(reason)
                widgets.flash("已撤下，公众看不到了。")
                st.rerun()


def _release(actor: Actor, pilot: PilotView, label: str) -> None:
    with st.popover(f"{label}…", icon=":material/public:", key="release_ask"):
        st.markdown(
            "公布的是结论作出时冻结的内容：场景简介、试点地区、指标合计、结论和下一步。不公布各县数值；不公开的数不会出现。"
        )
        if st.button(label, key="release_show", type="primary"):
            with guard.show_errors():
                release_service.release(actor, pilot.id)
                widgets.flash("已公布。任何人都可以看到，也可以评价。")
                st.rerun()


def code(path: str, name: str, caption: str) -> None:
    """The QR code of a public page; without the installation's address there is nothing to point at."""
    if not settings().base_url:
        st.caption("管理员按设置说明填写本系统对外的网址后，这里给出可以印在现场的二维码。")
        st.markdown(f"[打开公众页面]({path})")
        return
    address = f"{settings().base_url.rstrip('/')}{path}"
    picture = codes.svg(address)
    st.image(picture, caption=caption, width=220)
    with st.container(horizontal=True):
        st.markdown(f"[打开公众页面]({address})")
        st.download_button(
            "下载二维码（SVG）",
            picture,
            f"{name}_二维码_{clock.today():%Y%m%d}.svg",
            "image/svg+xml",
            on_click="ignore",
            icon=":material/qr_code_2:",
            key="release_code",
        )
