"""Pages without scripts, for whoever is not signed in: server-rendered HTML with one stylesheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import quote

from starlette.responses import HTMLResponse, Response

from core import clock
from core.tabular import write_csv

# Nothing on these pages needs more than our stylesheet and pictures
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def field(name: str, label: str, value: str = "", hint: str = "", wrong: bool = False, **attributes: str) -> str:
    hinted = f'<p class="hint" id="{name}-hint">{escape(hint)}</p>' if hint else ""
    described = " ".join(filter(None, [f"{name}-hint" if hint else "", "problem" if wrong else ""]))
    given = {"type": "text", "autocapitalize": "none", "spellcheck": "false", "value": value, **attributes}
    if described:
        given["aria-describedby"] = described
    # Said always: browsers call a field that is required and still empty invalid
    given["aria-invalid"] = "true" if wrong else "false"
    text = " ".join(f'{key}="{escape(setting)}"' for key, setting in given.items() if setting)
    return (
        f'<div class="field"><label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" required maxlength="200" {text}>{hinted}</div>'
    )


def choice(name: str, label: str, options: Mapping[str, str], value: str = "") -> str:
    """A list to choose one from: value → words."""
    listed = "".join(
        f'<option value="{escape(key)}"{" selected" if key == value else ""}>{escape(words)}</option>'
        for key, words in options.items()
    )
    return (
        f'<div class="field"><label for="{name}">{escape(label)}</label>'
        f'<select id="{name}" name="{name}" required>{listed}</select></div>'
    )


def scale(name: str, label: str, options: Mapping[str, str]) -> str:
    """A row of answers of which one is chosen: value → words, or `Html`. Works with the keyboard and is read out as a
    group."""
    rows = "".join(
        f'<label><input type="radio" name="{name}" value="{escape(key)}" required aria-invalid="false">'
        f"<span>{_cell(words)}</span></label>"
        for key, words in options.items()
    )
    return f'<fieldset class="scale"><legend>{escape(label)}</legend>{rows}</fieldset>'


def area(name: str, label: str, longest: int, hint: str = "", value: str = "") -> str:
    """A field for several lines of text, which may be left empty."""
    return (
        f'<div class="field"><label for="{name}">{escape(label)}</label>'
        f'<textarea id="{name}" name="{name}" rows="4" maxlength="{longest}" aria-describedby="{name}-hint">'
        f'{escape(value)}</textarea><p class="hint" id="{name}-hint">{escape(hint)}</p></div>'
    )


def clean(text: str) -> str:
    """What somebody typed without the characters that are no writing, of which PostgreSQL refuses one."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n\r").strip()


class Html(str):
    """Markup of ours, which is not escaped again."""


def stars(number: int, words: str = "") -> Html:
    """Stars for the eye, and for whoever hears the page their number or the `words` that stand beside them."""
    drawn = "★" * number + "☆" * (5 - number)
    if words:
        return Html(f'<span aria-hidden="true">{drawn}</span>　{escape(words)}')
    return Html(f'<span role="img" aria-label="{number} 星">{drawn}</span>')


def link(to: str, words: str) -> Html:
    return Html(f'<a href="{escape(to)}">{escape(words)}</a>')


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column names the row. Cells are text, or `Html`."""
    first = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(
        f'<tr><th scope="row">{_cell(row[0])}</th>' + "".join(f"<td>{_cell(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table><caption>{escape(caption)}'
        f"</caption><thead><tr>{first}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(text: str) -> str:
    return text if isinstance(text, Html) else escape(text).replace("\n", "<br>")


def sheet(name: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Response:
    """A table as a CSV file that carries the day in its name."""
    attached = f"attachment; filename*=UTF-8''{quote(f'{name}_{clock.today():%Y%m%d}.csv')}"
    headers = {"content-disposition": attached, "cache-control": "no-store"}
    return Response(write_csv(list(heads), [list(row) for row in rows]), media_type="text/csv", headers=headers)


def picture(describe: str, broad: str, narrow: str = "", beside: str = "") -> str:
    """A vector picture, with words for whoever hears the page; on a phone `narrow` takes the place of `broad`, and
    `beside` says what has no room in it."""
    sizes = [("broad", broad), ("narrow", narrow + beside)] if narrow else [("", broad)]
    drawn = "".join(f'<div class="{name}" aria-hidden="true">{svg}</div>' for name, svg in sizes)
    return f'<div class="picture" role="img" aria-label="{escape(describe)}">{drawn}</div>'


def figures(items: Sequence[tuple[str, str]]) -> str:
    """Key figures: what is counted, and how many."""
    listed = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in items)
    return f'<dl class="figures">{listed}</dl>'


def facts(items: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in items)
    return f'<dl class="facts">{rows}</dl>'


# Where everybody may go; the rooms serve these addresses.
_WAYS = (
    ("/public", "首页"),
    ("/public/province", "全省一览"),
    ("/public/scenarios", "场景"),
    ("/public/pilots", "试点成效"),
    ("/public/showcase", "集中晾晒"),
    ("/public/challenges", "揭榜挂帅"),
    ("/verify", "报告核对"),
    ("/login", "登录"),
)


def _ways(at: str) -> str:
    """The links of the public side, above its pages; the one to which the page at this address belongs says so."""
    marks = {at: ' aria-current="page"'}
    links = "".join(f'<a href="{to}"{marks.get(to, "")}>{name}</a>' for to, name in _WAYS)
    return f'<nav class="ways" aria-label="公开内容"><div>{links}</div></nav>\n'


def invented(demo: bool) -> str:
    """The mark of a demo, behind a title."""
    return '　<span class="mark">演示数据：均为虚构</span>' if demo else ""


def alert(message: str) -> str:
    """What went wrong. The page begins here for whoever hears it or has it enlarged: it takes the focus."""
    if not message:
        return ""
    sign = "M10 1a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm1 13H9v-2h2v2zm0-4H9V5h2v5z"
    return (
        f'<div class="alert" role="alert" id="problem" tabindex="-1" autofocus><svg viewBox="0 0 20 20" '
        f'aria-hidden="true"><path d="{sign}"/></svg><span>{escape(message)}</span></div>'
    )


def done(message: str, sign: str = "✔") -> str:
    """What went well, with the focus as in `alert`."""
    return (
        f'<p class="found" role="status" tabindex="-1" autofocus><span aria-hidden="true">{sign} </span>'
        f"{escape(message)}</p>"
    )


def open_page(at: str, title: str, body: str, status: int = 200) -> HTMLResponse:
    """A page of the public side. `at`: the address of the list that it belongs to."""
    return page(title, body, status, ways=_ways(at))


def page(title: str, body: str, status: int = 200, narrow: bool = False, ways: str = "") -> HTMLResponse:
    wrong = "没有提交成功：" if status == 422 else ""
    html = f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{wrong}{escape(title)} · 智评</title>
<link rel="icon" href="/favicon.png" type="image/png">
<link rel="stylesheet" href="/brand/signin.css">
</head>
<body>
<a class="skip" href="#content">跳到正文</a>
<div class="shell">
<header class="brand">
<div class="name"><img src="/brand/mark.svg" alt="" width="48" height="48"><span>智评</span></div>
<div>
<p class="claim"><span>场景有登记，试点有过程，</span><span>成效有比较，结论有出处。</span></p>
<p class="about"><span>基层智治场景的登记、试点、评估与推广，都在一处；</span>
<span>每个数字都能追到它的来源。</span></p>
</div>
<p class="foot">场景创新赋能基层智治 · 试点评估系统</p>
</header>
{ways}<main class="work" id="content" tabindex="-1"><div class="column{" narrow" if narrow else ""}">
{body}
</div></main>
</div>
</body>
</html>
"""
    return HTMLResponse(html, status, {"cache-control": "no-store", "content-security-policy": POLICY})
