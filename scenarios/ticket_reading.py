"""Ticket files: which column is which, what each row says, what is wrong with it. Nothing personal leaves here.

A file is read into batches that can be stored. A row that cannot be understood is rejected with a finding that
names the row, the column and the way out; it is never guessed at.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from core import clock
from core.tabular import Book, Sheet
from core.tabular.reading import ERROR_TEXTS
from core.words import Rectification, Satisfaction
from scenarios import masking
from scenarios.places import Places
from scenarios.ticket_values import NotRead, answered, rating, read_time, rectifying, text_of, yes_or_no

T = TypeVar("T")

BATCH = 5000
LONGEST = 2000  # characters kept of a text
UNSORTED = "未分类"
_HEADER_WITHIN = 10  # rows: exports put a title or a note above the headings
_KEPT_PER_RULE = 300  # findings kept with their place; all are counted
_EARLIEST = 2000
_EXACT_DIGITS = 15  # what Excel keeps of a number


@dataclass(frozen=True)
class Item:
    """Something a ticket says; `names` are headings it goes by."""

    key: str
    title: str
    names: Sequence[str]
    required: bool = False


ITEMS = (
    Item("number", "工单编号", ("工单编号", "工单号", "编号", "受理编号", "诉求编号", "事件编号", "受理单号", "流水号", "单号", "id"), True),
    Item("at", "受理时间", ("受理时间", "来电时间", "诉求时间", "登记时间", "创建时间", "上报时间", "时间", "日期", "受理日期", "反映时间"), True),
    Item("region", "所属地区", ("所属地区", "地区", "区县", "县市区", "所属区域", "行政区划", "事发区域", "所在地区", "属地", "区域", "事发地区")),
    Item("category", "诉求类别", ("诉求类别", "类别", "分类", "诉求分类", "问题类别", "业务类型", "事项分类", "问题分类", "诉求类型", "类型")),
    Item("title", "标题", ("标题", "诉求标题", "工单标题", "主题")),
    Item("text", "诉求内容", ("诉求内容", "内容", "工单内容", "诉求描述", "问题描述", "反映内容", "来电内容", "事件描述", "描述", "正文"), True),
    Item("handled", "办理状态", ("办理状态", "是否办结", "办结状态", "处理状态", "状态", "办理情况", "工单状态", "是否办理")),
    Item("replied", "是否回复", ("是否回复", "回复状态", "回复情况", "答复情况", "回复时间", "回复内容", "答复内容", "办理结果")),
    Item("satisfaction", "满意度", ("满意度", "是否满意", "评价", "满意情况", "群众评价", "回访结果", "满意度评价", "办理满意度", "评价结果")),
    Item("rectification", "整改情况", ("整改情况", "是否整改", "责令整改", "整改", "整改单", "督办整改", "整改状态")),
)  # fmt: skip
TITLES = {item.key: item.title for item in ITEMS}
REQUIRED = tuple(item.key for item in ITEMS if item.required)
_PEOPLE = re.compile(
    "姓名|来电人|联系人|诉求人|反映人|投诉人|举报人|申请人|当事人|市民名|客户名|经办人|承办人员|受理人"
)


@dataclass(frozen=True)
class ColumnMap:
    """Which column (0-based) holds what. `people` are columns of names: they are not stored, and a name in
    one is covered in the row's text."""

    columns: Mapping[str, int]
    people: Sequence[int] = ()

    @property
    def missing(self) -> list[str]:
        return [TITLES[key] for key in REQUIRED if key not in self.columns]


@dataclass(frozen=True)
class Layout:
    """Where a file's table is: its sheet, the row of its headings, the headings, and how many rows follow."""

    sheet: str
    header_row: int
    headings: Sequence[str]
    rows: int


@dataclass(frozen=True)
class Finding:
    """Something wrong with a row of the file (number as in Excel). Errors keep the row out."""

    row: int
    column: str
    rule: str
    message: str
    remedy: str
    seen: str = ""
    error: bool = True


@dataclass
class Tally:
    """What has been read so far."""

    seen: int = 0
    rejected: int = 0
    repeated: int = 0
    names: int = 0
    phones: int = 0
    documents: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def note(self, finding: Finding) -> None:
        self.rules[finding.rule] += 1
        if self.rules[finding.rule] <= _KEPT_PER_RULE:
            self.findings.append(finding)


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket as it is stored."""

    scope: str
    number: str
    at: datetime
    month: str
    region_code: str
    category: str
    text: str
    handled: bool | None
    replied: bool | None
    satisfaction: Satisfaction | None
    rectification: Rectification | None


def find_layout(book: Book) -> Layout | None:
    """The visible sheet and row with the most known headings, if any row has two."""
    best: tuple[int, Layout] | None = None
    for sheet in book.sheets:
        if not sheet.visible:
            continue
        for number in list(sheet.rows)[:_HEADER_WITHIN]:
            headings = [_clean(value) for value in sheet.rows[number]]
            score = len(guess(headings).columns)
            if score >= 2 and (best is None or score > best[0]):
                best = score, Layout(sheet.name, number, headings, sum(row > number for row in sheet.rows))
    return best[1] if best else None


def guess(headings: Sequence[str]) -> ColumnMap:
    """The columns by their headings: an exact name first, then one that holds the name."""
    plain = [_plain(heading) for heading in headings]
    columns: dict[str, int] = {}
    for alike in (lambda heading, name: heading == name, lambda heading, name: len(name) > 1 and name in heading):
        for item in ITEMS:
            if item.key in columns:
                continue
            for name in item.names:
                found = next(
                    (
                        at
                        for at, heading in enumerate(plain)
                        if at not in columns.values() and alike(heading, name) and not _PEOPLE.search(heading)
                    ),
                    None,
                )
                if found is not None:
                    columns[item.key] = found
                    break
    return ColumnMap(
        columns, [at for at, heading in enumerate(plain) if _PEOPLE.search(heading) and at not in columns.values()]
    )


def read(
    sheet: Sheet,
    layout: Layout,
    mapping: ColumnMap,
    places: Places,
    tally: Tally,
    *,
    region_code: str | None = None,
    only: str | None = None,
) -> Iterator[list[Row]]:
    """The rows that can be stored, in batches of up to 5,000; `tally` is kept as it goes.

    `region_code` is the region of rows that name none; `only` refuses rows of any other region.
    """
    reader = _Reader(layout, mapping, places, tally, region_code, only)
    items = ((number, values) for number, values in sheet.rows.items() if number > layout.header_row)
    while chunk := list(islice(items, BATCH)):
        yield [row for number, values in chunk if (row := reader.row(number, values)) is not None]


class _Refused(Exception):
    """What a row says about something cannot be stored; `about` is item, rule, message, remedy and what was seen."""

    def __init__(self, key: str, rule: str, message: str, remedy: str, seen: str = "") -> None:
        super().__init__(rule)
        self.about = (key, rule, message, remedy, seen)


class _Reader:
    """Reads rows one after the other; remembers the numbers seen, so that a repeated one is told."""

    def __init__(
        self,
        layout: Layout,
        mapping: ColumnMap,
        places: Places,
        tally: Tally,
        region_code: str | None,
        only: str | None,
    ) -> None:
        self.headings, self.mapping, self.places, self.tally = layout.headings, mapping, places, tally
        self.region_code, self.only = region_code, only
        self.numbers: set[tuple[str, str]] = set()
        self.latest = clock.now() + timedelta(hours=1)
        self.categories: dict[str, str] = {}

    def row(self, number: int, values: Sequence[object]) -> Row | None:
        self.tally.seen += 1
        found = self._read(number, values)
        self.tally.rejected += found is None
        return found

    def _read(self, row: int, values: Sequence[object]) -> Row | None:
        number = self._try(row, self._number, values)
        at = self._try(row, self._time, values)
        region = self._try(row, self._region, values)
        text = self._try(row, self._text, values)
        if number is None or at is None or region is None or text is None:
            return None
        key = region[:4], number
        if key in self.numbers:
            self.tally.repeated += 1
            self._note(
                row,
                "number",
                "number.repeated",
                "工单编号在文件中已经出现过，只取第一次",
                "如是两张工单，请改用不同的编号。",
                number,
                error=True,
            )
            return None
        self.numbers.add(key)
        return Row(
            scope=region[:4],
            number=number,
            at=at,
            month=f"{at.astimezone(clock.BEIJING):%Y-%m}",
            region_code=region,
            category=self._category(values),
            text=text,
            handled=self._word(row, values, "handled", yes_or_no),
            replied=self._word(row, values, "replied", answered),
            satisfaction=self._word(row, values, "satisfaction", rating),
            rectification=self._word(row, values, "rectification", rectifying),
        )

    def _cell(self, values: Sequence[object], key: str) -> object:
        at = self.mapping.columns.get(key)
        value = values[at] if at is not None and at < len(values) else None
        return None if isinstance(value, str) and value.strip().upper() in ERROR_TEXTS else value

    def _number(self, values: Sequence[object]) -> str:
        value = self._cell(values, "number")
        text = unicodedata.normalize("NFKC", text_of(value)).strip()
        if not text:
            raise _Refused("number", "number.missing", "没有工单编号", "请补上编号；没有编号就无法判断是否重复导入。")
        if isinstance(value, float) and len(text.lstrip("-")) > _EXACT_DIGITS:
            raise _Refused(
                "number",
                "number.rounded",
                "编号是数字格式且超过 15 位，末几位已被 Excel 改成 0",
                "请从原系统重新导出，编号列用文本格式。",
                text,
            )
        if len(text) > 64:
            raise _Refused("number", "number.long", "工单编号超过 64 个字", "请核对编号列的对应是否正确。", text[:20])
        if masking.is_personal(text):
            raise _Refused(
                "number", "number.personal", "这一列像是电话或身份证号，不是工单编号", "请在列的对应中改选编号列。"
            )
        return text

    def _time(self, values: Sequence[object]) -> datetime:
        value = self._cell(values, "at")
        if not text_of(value):
            raise _Refused("at", "time.missing", "没有受理时间", "请补上时间，如 2026-03-05 14:20。")
        try:
            at = read_time(value)
        except NotRead as unread:
            remedy = "请写成 2026-03-05 14:20 或 2026年3月5日。"
            raise _Refused("at", "time.unread", "时间认不出来", remedy, text_of(value)) from unread
        if at > self.latest or at.year < _EARLIEST:
            raise _Refused("at", "time.range", "时间在将来，或早于 2000 年", "请核对年份。", text_of(value))
        return at

    def _region(self, values: Sequence[object]) -> str:
        text = text_of(self._cell(values, "region"))
        code = self.places.find(text) if text else self.region_code
        if code is None and text:
            raise _Refused(
                "region",
                "region.unknown",
                "认不出是哪个地区",
                "请写县（市、区）全名，如“湖州市安吉县”，或六位区划代码。",
                text,
            )
        if code is None:
            raise _Refused("region", "region.missing", "没有写地区", "请补上地区，或在导入时为整个文件指定地区。")
        if self.only is not None and code != self.only:
            raise _Refused(
                "region",
                "region.foreign",
                "是别的地区的工单",
                "县级团队只能导入本地区的工单，请交研究院导入。",
                text,
            )
        return code

    def _text(self, values: Sequence[object]) -> str:
        title, body = text_of(self._cell(values, "title")), text_of(self._cell(values, "text"))
        text = f"{title}。{body}" if title and title not in body else body
        if not text:
            raise _Refused("text", "text.missing", "没有诉求内容", "请补上内容；没有内容的工单不能作为证据。")
        people = [
            name for at in self.mapping.people if at < len(values) and (name := masking.person(text_of(values[at])))
        ]
        masked = masking.mask(" ".join(text[:LONGEST].split()), people, self.places.names)
        self.tally.names += masked.names
        self.tally.phones += masked.phones
        self.tally.documents += masked.documents
        return masked.text

    def _category(self, values: Sequence[object]) -> str:
        """Categories are few: each is covered once, in case the column is not what it was taken for."""
        text = text_of(self._cell(values, "category"))[:60]
        if text not in self.categories:
            self.categories[text] = masking.mask(text, (), self.places.names).text or UNSORTED
        return self.categories[text]

    def _word(self, row: int, values: Sequence[object], key: str, understand: Any) -> Any:
        text = text_of(self._cell(values, key))
        try:
            return understand(text)
        except NotRead:
            self._note(
                row,
                key,
                f"{key}.unread",
                f"“{TITLES[key]}”认不出来，按没有填写处理",
                "其余内容照常导入；请核对写法。",
                text,
                error=False,
            )
            return None

    def _try(self, row: int, read: Callable[[Sequence[object]], T], values: Sequence[object]) -> T | None:
        try:
            return read(values)
        except _Refused as why:
            self._note(row, *why.about, error=True)
            return None

    def _note(self, row: int, key: str, rule: str, message: str, remedy: str, seen: str, *, error: bool) -> None:
        at = self.mapping.columns.get(key)
        heading = self.headings[at] if at is not None and at < len(self.headings) else TITLES[key]
        shown = masking.mask(seen[:40], (), self.places.names).text
        self.tally.note(Finding(row, heading, rule, message, remedy, shown, error))


def _clean(value: object) -> str:
    return " ".join(text_of(value).split())


def _plain(heading: str) -> str:
    """How headings are compared: folded, lower case, without brackets, stars and blanks."""
    folded = unicodedata.normalize("NFKC", heading).lower()
    return re.sub(r"[(（].*?[)）]|[\s*:：_]", "", folded)
