"""Streamlit's frontend in Chinese. The first tests are meant to fail when Streamlit is upgraded."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from streamlit import file_util

from web import localise


@pytest.fixture(scope="module")
def places() -> dict[bytes, list[str]]:
    """Each English fragment with the bundles that contain it."""
    scripts = {name: path.read_bytes() for name, path in localise.bundles().items()}
    return {
        english: [name for name, script in scripts.items() if english in script] for english, _ in localise.phrases()
    }


def test_every_phrase_is_still_in_the_installed_bundles(places: dict[bytes, list[str]]) -> None:
    gone = [english.decode() for english, names in places.items() if not names]
    assert gone == [], "Streamlit reworded these; correct web/static/streamlit.zh-CN.tsv"


def test_phrases_occur_in_few_places(places: dict[bytes, list[str]]) -> None:
    # A short phrase found all over would be code, not a label
    assert [english.decode() for english, names in places.items() if len(names) > 2] == []


def test_no_phrase_is_eaten_by_an_earlier_one(places: dict[bytes, list[str]]) -> None:
    eaten: list[str] = []
    scripts = {name: localise.bundles()[name].read_bytes() for names in places.values() for name in names}
    for english, chinese in localise.phrases():
        hits = [name for name in places[english] if english in scripts[name]]
        scripts.update({name: scripts[name].replace(english, chinese) for name in hits})
        if not hits:
            eaten.append(english.decode())
    assert eaten == []


def test_replacements_keep_the_quotes_of_the_code() -> None:
    uneven = [
        english.decode()
        for english, chinese in localise.phrases()
        if (english.count(b"`") - chinese.count(b"`")) % 2 or chinese.count(b"${") > english.count(b"${") + 1
    ]
    assert uneven == []


def test_no_phrase_twice_and_none_left_in_english() -> None:
    english = [pair[0] for pair in localise.phrases()]
    assert len(english) == len(set(english))
    # A locale, a dash and a product's name are no words
    wordless = re.compile("[\u4e00-\u9fff]|zh-CN|–|`Streamlit `")
    assert [chinese.decode() for _, chinese in localise.phrases() if not wordless.search(chinese.decode())] == []


def test_the_installed_shell_becomes_chinese() -> None:
    shell = Path(file_util.get_static_dir()) / "index.html"
    page = localise.translate_page(shell.read_text(encoding="utf-8"))
    assert '<html lang="zh-CN">' in page
    assert "<title>智评</title>" in page
    assert "智评需要 JavaScript 才能使用" in page
    assert not re.search(r"Streamlit app|openapi\.json|SourceSans|enable JavaScript", page)
    # Everything else of it is kept
    assert '<script type="module"' in page
    assert '<div id="root">' in page
    assert page.count("modulepreload") > 10


def test_a_bundle_is_served_translated_packed_and_known_again(client: TestClient) -> None:
    name = next(name for name in localise.bundles() if name.startswith("FileUploader."))
    answer = client.get(f"/static/js/{name}", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 5000
    assert "每个文件不超过" in answer.text
    assert answer.content == localise.asset(name).plain

    again = client.get(f"/static/js/{name}", headers={"if-none-match": f"W/{answer.headers['etag']}"})
    assert (again.status_code, again.content) == (304, b"")

    unpacked = client.get(f"/static/js/{name}", headers={"accept-encoding": "gzip;q=0, identity", "range": "bytes=0-9"})
    assert (unpacked.status_code, "content-encoding" in unpacked.headers) == (200, False)
    assert int(unpacked.headers["content-length"]) == len(unpacked.content)
    assert unpacked.headers["etag"] != answer.headers["etag"]
    assert gzip.decompress(localise.asset(name).packed) == unpacked.content


@pytest.mark.parametrize("name", ["nothing.js", "../index.html", "..%2findex.html", "%2e%2e/index.html"])
def test_only_installed_bundles_are_answered(client: TestClient, name: str) -> None:
    assert "FileUploader" not in client.get(f"/static/js/{name}").text


def test_the_shell_is_rewritten_on_its_way_out(signed_in: TestClient) -> None:
    answer = signed_in.get("/pilots", headers={"if-none-match": "*", "range": "bytes=0-3", "accept-encoding": "gzip"})
    assert answer.text.startswith('<html lang="zh-CN"><title>智评</title>')
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert signed_in.head("/pilots").status_code == 200
