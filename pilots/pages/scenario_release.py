"""What the public is shown of a scenario: the preview, and the ways to release and to withdraw it."""

from functools import partial
from urllib.parse import quote

import streamlit as st

from core import clock
from pilots import scenario_release_queries as queries
from pilots import scenario_release_service as service
from pilots import scenario_releasing
from pilots.pages import release_parts
from pilots.pages.open_pages import SCENARIO
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
view = guard.found(ask(queries.releasing, actor, guard.found(guard.parameter("id"), "场景")), "场景")
widgets.header(
    f"{view.name}　对公众",
    "公众能看到这个场景的什么？",
    back=("scenarios/pages/scenario.py", "回到场景"),
    query={"id": str(view.scenario_id)},
)
shown = view.shown
with st.container(border=True, key="release"):
    if shown is None:
        st.markdown(f"{widgets.badge('draft', '未公布')}　公布后，任何人不登录就能看到下面预览的内容。")
        if view.releases and view.releases[0].withdrawn_at:
            gone = view.releases[0]
            st.caption(guard.plain(f"{clock.show(gone.withdrawn_at)} 撤下：{gone.withdrawn_reason}"))
    else:
        words = (
            "公众看到的就是下面的内容。"
            if view.same
            else f"公布之后有了变化：{'、'.join(view.changes)}。公众看到的还是公布时的内容。"
        )
        st.markdown(f"{widgets.badge('released' if view.same else 'pending', '已公布')}　{guard.plain(words)}")
        st.caption(guard.plain(f"{shown.released_by}　{clock.show(shown.released_at)}　校验值 {shown.digest[:12]}"))
        release_parts.code(f"{SCENARIO}?code={quote(view.code)}", view.name, "扫码看这个场景")
    if view.held_back:
        st.warning(guard.plain(view.held_back), icon=":material/block:")
    with st.container(horizontal=True):
        if not view.held_back and not view.same:
            label = "公布场景" if shown is None else "更新公布"
            with st.popover(f"{label}…", icon=":material/public:", key="release_ask"):
                st.markdown("公布的是下面预览的内容，公布后不随登记内容改变；需要时可以更新或撤下。")
                if st.button(label, key="release_show", type="primary"):
                    with guard.show_errors():
                        service.release(actor, view.scenario_id, seen_digest=view.digest)
                        widgets.flash("已公布。任何人都可以看到。")
                        st.rerun()
        if shown is not None:
            release_parts.withdrawing(
                "撤下后公众看不到这个场景；它的试点和入选项目仍按各自的公布情况展示。",
                partial(service.withdraw, actor, shown.id, seen_version=shown.version),
            )

if not view.held_back:
    st.subheader("预览", anchor=False)
    covered = view.content["masked"]
    st.caption(
        f"版本 {guard.plain(view.content['version'])}。" + (f"已遮盖 {covered} 处电话、证件号等。" if covered else "")
    )
    if doubts := scenario_releasing.doubtful(view.content):
        with st.expander(f"公布前请核对：{len(doubts)} 段里可能有个人姓名", icon=":material/person_search:"):
            st.markdown("  \n".join(guard.plain(line) for line in doubts))
            st.caption("是姓名的，请先在场景或需求的登记内容里改掉，形成新版本后再公布；不是姓名的不必处理。")
    for title, paragraphs in scenario_releasing.told(view.content):
        st.markdown(f"**{title}**")
        st.markdown("  \n".join(guard.plain(line) for line in paragraphs))
    with st.expander("什么不公布"):
        st.markdown(
            "责任清单（责任人、电话、时限、法律依据）、数据项和数据申请情况、影响评估、论证意见、改革事项、工单和佐证、"
            "尚未定稿的版本、还在计划或准备中的推广地区，都不公布。不予共享和 L4 级的数据资源只计数，不列名称。"
            "试点成效和入选情况在公众页面上只列已经公布的。"
        )
