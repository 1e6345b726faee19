"""A tiny app behind the real server: what tests of the web need, and nothing of the domain."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st
from streamlit import runtime


def _page() -> None:
    from web.identity import verify

    st.title("试验页")
    st.write(f"会话 {verify(str(st.user.get('session', '')))}")
    st.file_uploader("附件", type=["xlsx", "csv"], key="file")
    st.selectbox("单选", ["甲", "乙"], index=None, key="one")
    st.multiselect("多选", ["甲", "乙"], key="many")
    st.number_input("数量", 0, 10, key="number")
    st.date_input("日期", dt.date(2026, 11, 22), key="day")
    st.text_input("文字", key="words")
    st.data_editor(pd.DataFrame({"名称": ["一", None], "数值": [1.0, None]}), num_rows="dynamic", key="grid")
    st.vega_lite_chart(pd.DataFrame({"x": [1, 2], "y": [3, 4]}), {"mark": "bar", "encoding": {}}, key="chart")
    if st.button("弹窗", key="open"):
        st.dialog("说明")(lambda: st.write("内容"))()
    if st.button("出错", key="fail"):
        raise ValueError("secret detail")


if not runtime.exists():
    from tests.web.stubs import StubSessions
    from web.asgi import options

    app = st.App(__file__, **options(lambda: None, sessions=StubSessions(), warm=("pandas",)))
else:
    st.set_page_config(page_title="智评", page_icon="web/static/favicon.png", layout="wide")
    st.navigation([st.Page(_page, title="试验页", url_path="trial", default=True)]).run()
