"""What template, reader and marker agree on: sheet names, column tags, colours, words, the signed identity.

A return is recognised by its hidden sheet `_meta`, its columns by a hidden row of tags and its rows
by indicator code; nothing depends on a sheet's name or on the order of rows and columns.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from core.periods import Period
from core.tabular import BadFile, Book, open_table, signing
from core.words import ValueState
from metrics.model import Entry, Finding, Form, Severity

# Raise when the layout or the meaning of a column changes: older files are then refused with a clear word.
TEMPLATE_VERSION = "1"

GUIDE_SHEET = "填报说明"
RETURN_SHEET = "报送表"
LISTS_SHEET = "字典"
META_SHEET = "_meta"
RESULT_SHEET = "校验结果"

FIELDS = ("code", "n", "d", "state", "reason", "link")
FIELD_LABELS = {
    "code": "指标代码",
    "n": "分子",
    "d": "分母",
    "state": "状态",
    "reason": "说明/理由",
    "link": "佐证链接",
}
_TAG = "zp:"

# Headings understood where there are no tags (CSV, or a table somebody made himself).
HEADINGS: Mapping[str, frozenset[str]] = {
    "region": frozenset(("地区代码", "区划代码", "行政区划代码", "region", "region_code")),
    "period": frozenset(("报送期", "期间", "报告期", "统计期", "period")),
    "code": frozenset(("指标代码", "指标编码", "代码", "indicator", "indicator_code", "code")),
    "n": frozenset(("分子", "数值", "分子(填数)", "分子/数值", "n", "numerator", "value")),
    "d": frozenset(("分母", "分母(填数)", "d", "denominator")),
    "state": frozenset(("状态", "填报状态", "state", "status")),
    "reason": frozenset(("说明/理由", "说明", "理由", "备注", "reason", "note")),
    "link": frozenset(("佐证链接", "佐证", "链接", "佐证材料链接", "evidence", "link")),
}

STATE_CHOICES = (ValueState.REPORTED, ValueState.ESTIMATED, ValueState.MISSING, ValueState.NOT_APPLICABLE)
STATE_WORDS: Mapping[str, ValueState] = {state.label: state for state in ValueState} | {
    "正常": ValueState.REPORTED,
    "上报": ValueState.REPORTED,
    "估算": ValueState.ESTIMATED,
    "预估": ValueState.ESTIMATED,
    "缺失": ValueState.MISSING,
    "不涉及": ValueState.NOT_APPLICABLE,
    "n/a": ValueState.NOT_APPLICABLE,
}

INK, MUTED, BLUE = "#1F2937", "#6B7280", "#1D4E89"
LOCKED_FILL, INPUT_FILL, BLUE_FILL = "#F1F3F6", "#FFFFFF", "#E3EDF8"
ERROR_FILL, WARNING_FILL = "#F8B4B4", "#FCE49A"
LINE, INPUT_LINE = "#D1D5DB", "#7FA3CC"


def tag(field: str) -> str:
    """The mark of a column in the hidden tag row."""
    return _TAG + field


def untag(text: str) -> str:
    """The field that a tag names, or “”."""
    return text.removeprefix(_TAG) if text.startswith(_TAG) else ""


def heading_field(text: str) -> str:
    """The field that a heading names, or “”; full-width letters and spaces do not matter."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()
    return next((field for field, words in HEADINGS.items() if plain in words), "")


def is_link(text: str) -> bool:
    """Whether a text is an address that a browser opens."""
    return bool(re.fullmatch(r"https?://[^\s<>\"]{3,500}", text))


def remark(entry: Entry | None) -> str:
    """What stands in the single column 说明/理由 for an entry's reason and note."""
    return "；".join(part for part in (entry.reason, entry.note) if part) if entry else ""


@dataclass(frozen=True)
class Key:
    """One row that a template was made with: an indicator in the version of that day."""

    code: str
    indicator_id: int
    version: int
    name: str


@dataclass(frozen=True)
class Identity:
    """Whose return a workbook is. Names are for messages; ids, codes and keys decide."""

    template: str
    collection_id: int
    collection: str
    region_code: str
    region: str
    period: Period
    made_at: str
    keys: tuple[Key, ...]

    @classmethod
    def of(cls, form: Form, made_at: str = "") -> Identity:
        keys = tuple(
            Key(line.indicator.code, line.indicator.id, line.indicator.version, line.indicator.name)
            for line in form.lines
        )
        return cls(
            template=TEMPLATE_VERSION,
            collection_id=form.collection_id,
            collection=form.collection,
            region_code=form.region_code,
            region=form.region,
            period=form.period,
            made_at=made_at,
            keys=keys,
        )

    @property
    def definitions(self) -> str:
        """Fingerprint of the definition set: which indicators in which versions, in any order."""
        lines = sorted(f"{key.code}:{key.indicator_id}:{key.version}" for key in self.keys)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    def cells(self, secret: bytes) -> list[list[str]]:
        """The rows of the hidden sheet, the signature last."""
        rows = [[name, str(getattr(self, name))] for name in _NAMED]
        rows += [["row", key.code, str(key.indicator_id), str(key.version), key.name] for key in self.keys]
        return signing.signed(rows, secret)


_NAMED = ("template", "definitions", "collection_id", "collection", "region_code", "region", "period", "made_at")


class Stranger(BadFile):
    """A readable file that is not the return it should be; `rule` begins with “identity.”."""

    def __init__(self, rule: str, message: str, remedy: str) -> None:
        Exception.__init__(self, message)
        self.rule, self.message, self.remedy = rule, message, remedy


def identity_of(book: Book, secret: bytes) -> Identity | None:
    """The identity on the hidden sheet, None when there is no such sheet; Stranger when it is old or was altered."""
    sheet = book.sheet(META_SHEET)
    if sheet is None:
        return None
    rows = signing.unsigned(sheet)
    named = {row[0]: row[1] if len(row) > 1 else "" for row in rows if row and row[0] != "row"}
    if named.get("template") != TEMPLATE_VERSION:
        raise Stranger(
            "identity.version",
            f"这是旧版的报送模板（版本 {named.get('template') or '未知'}，现行版本 {TEMPLATE_VERSION}）。",
            "请在“报送”页重新下载本期模板，把数字复制到新模板后上传。",
        )
    if not signing.genuine(sheet, secret):
        raise Stranger(
            "identity.tampered",
            "模板里的身份信息（隐藏表）被改动过，或者模板不是本系统生成的。",
            "请在“报送”页重新下载本期模板，把数字复制到新模板后上传。",
        )
    keys = tuple(Key(row[1], int(row[2]), int(row[3]), "".join(row[4:])) for row in rows if row and row[0] == "row")
    return Identity(
        template=named["template"],
        collection_id=int(named["collection_id"]),
        collection=named["collection"],
        region_code=named["region_code"],
        region=named["region"],
        period=Period.parse(named["period"]),
        made_at=named["made_at"],
        keys=keys,
    )


def identify(data: bytes, filename: str, secret: bytes, *, limit_mb: int = 20) -> Identity:
    """Whose return an uploaded file is, without a form. Raises BadFile when it cannot be said."""
    identity = identity_of(open_table(data, filename, limit_mb=limit_mb), secret)
    if identity is None:
        raise Stranger(
            "identity.template",
            "文件里没有报送模板的标识，不知道是哪个地区、哪一期的报送。",
            "请上传从“报送”页下载的模板；CSV 文件请指明报送任务、地区和报送期。",
        )
    return identity


def differences(identity: Identity, form: Form) -> list[Finding]:
    """Every way in which a signed workbook is not the return asked for."""
    fresh = "请在“报送”页下载本期模板，填好后上传。"
    found: list[Finding] = []

    def refuse(rule: str, message: str, remedy: str, seen: str) -> None:
        found.append(Finding(Severity.ERROR, f"identity.{rule}", message, remedy, seen=seen))

    if identity.collection_id != form.collection_id:
        refuse("collection", f"这是“{identity.collection}”的报送表，不是“{form.collection}”的。",
               "请换到那项报送任务上传，或下载本任务的模板。", identity.collection)  # fmt: skip
    if identity.region_code != form.region_code:
        refuse("region", f"这是{identity.region}的报送表，不是{form.region}的。",
               f"请核对文件，上传{form.region}自己的报送表。", identity.region)  # fmt: skip
    if identity.period != form.period:
        refuse("period", f"这是{identity.period.label}的报送表，现在报送的是{form.period.label}。",
               f"请换到{identity.period.label}上传，或下载{form.period.label}的模板。", identity.period.label)  # fmt: skip
    if found or identity.definitions == Identity.of(form).definitions:
        return found
    old = {key.code: key for key in identity.keys}
    new = {key.code: key for key in Identity.of(form).keys}
    parts = [
        ("新增", [new[code] for code in new if code not in old]),
        ("取消", [old[code] for code in old if code not in new]),
        ("口径有变", [new[c] for c in new if c in old and (old[c].indicator_id, old[c].version) != (new[c].indicator_id, new[c].version)]),
    ]  # fmt: skip
    changes = "；".join(f"{word}：{'、'.join(f'{k.code} {k.name}' for k in keys)}" for word, keys in parts if keys)
    refuse("definitions", f"模板下载之后指标有调整（{changes}）。", fresh, changes)
    return found
