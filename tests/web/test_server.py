"""The stub app behind `streamlit run`: that the entry is found and the parts work together."""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPConnection

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from benchmarks.pages import Page, sign_in


def _stream(address: str) -> str:
    return address.replace("http", "ws", 1) + "/_stcore/stream"


def test_identity_reaches_the_script(stub_server: str) -> None:
    page = Page(stub_server, sign_in(stub_server, "liyan"), "/")
    _, messages, _ = page.rerun()
    page.close()
    texts = [message.delta.new_element.markdown.body for message in messages if message.HasField("delta")]
    (said,) = (text for text in texts if text.startswith("会话"))
    assert said.removeprefix("会话 ").isdigit()


@pytest.mark.parametrize("headers", [{}, {"x-zhiping-session": "1.forged"}, {"Cookie": "zhiping_session=wrong"}])
def test_no_websocket_for_anyone_else(stub_server: str, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidStatus) as refusal, connect(_stream(stub_server), additional_headers=headers):
        pass
    assert refusal.value.response.status_code == 403


def test_streamlit_itself_stays_behind_the_door(stub_server: str) -> None:
    codes = {
        path: httpx.get(stub_server + path).status_code
        for path in ("/", "/_stcore/health", "/_stcore/metrics", "/_stcore/host-config", "/media/x", "/readyz")
    }
    assert codes == {
        "/": 303,
        "/_stcore/health": 200,
        "/_stcore/metrics": 401,
        "/_stcore/host-config": 401,
        "/media/x": 401,
        "/readyz": 200,
    }


def test_the_frontend_comes_in_chinese(stub_server: str) -> None:
    cookie = sign_in(stub_server, "liyan")
    page = httpx.get(stub_server, headers={"Cookie": cookie})
    assert "<title>智评</title>" in page.text
    script = page.text.partition('src=".')[2].partition('"')[0]
    assert "连不上服务器" in httpx.get(stub_server + script).text


def test_an_upload_beyond_the_limit_is_refused_before_it_is_sent(stub_server: str) -> None:
    with closing(HTTPConnection(stub_server.removeprefix("http://"))) as connection:
        connection.putrequest("PUT", "/_stcore/upload_file/a/b")
        connection.putheader("Cookie", sign_in(stub_server, "liyan"))
        connection.putheader("Content-Length", str(30 * 1024 * 1024))
        connection.endheaders()
        answer = connection.getresponse()
        assert (answer.status, answer.read().decode()) == (413, "文件超过 20 MB 的上限，请拆分或压缩后再上传。")
