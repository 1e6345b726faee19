"""What the cells of a ticket file mean: times, yes and no, how satisfied, whether rectification was ordered."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from core import clock
from core.words import Rectification, Satisfaction

_NOTHING = frozenset(
    {"", "-", "--", "—", "/", "无", "空", "未知", "null", "none", "nan", "未评价", "未评", "未回访", "默认", "无法联系"}
)
_YES = frozenset(["是", "已", "有", "y", "yes", "true", "1", "√", "✓"])
_NO = frozenset(["否", "未", "n", "no", "false", "0", "×", "没有"])
_TIME = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]*(\d{1,2})\s*[:：时点]\s*(\d{1,2})?\s*(?:[:：分]\s*(\d{1,2})(?:\.\d+)?)?\s*[分秒]?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\s*(\d{2}):?(\d{2}):?(\d{2})?)?")
_SERIAL_FROM = datetime(1899, 12, 30)  # noqa: DTZ001  Excel's own calendar, without a zone
_SERIALS = range(36_526, 73_051)  # 2000 … 2099


class NotRead(ValueError):
    """A cell that says something nobody here understands."""


def text_of(value: object) -> str:
    """A cell as text. Whole numbers lose the “.0” that Excel gives them."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.0f}" if value == int(value) else repr(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value).strip()


def read_time(value: object) -> datetime:
    """The instant a cell names on a Beijing clock, in UTC; a day without a time is its beginning."""
    if isinstance(value, datetime):
        return _utc(value.replace(tzinfo=None))
    if isinstance(value, date):
        return _utc(datetime.combine(value, time()))
    if isinstance(value, int | float) and not isinstance(value, bool) and int(value) in _SERIALS:
        return _utc(_SERIAL_FROM + timedelta(days=float(value)))
    text = text_of(value)
    found = _TIME.fullmatch(text) or _COMPACT.fullmatch(text)
    if found is None:
        raise NotRead
    try:
        return _utc(datetime(*(int(part or 0) for part in found.groups())))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError as impossible:
        raise NotRead from impossible


def _utc(wall: datetime) -> datetime:
    return wall.replace(tzinfo=clock.BEIJING).astimezone(UTC)


@lru_cache(maxsize=4096)
def yes_or_no(text: str) -> bool | None:
    """Whether something was done: 是, 已办结, 办理中 …; None when the cell says nothing."""
    plain = text.lower()
    if plain in _NOTHING:
        return None
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    if re.search("未|不|没|在办|办理中|处理中|进行中|待|受理|转办|派单|签收|退回|催办|超期|重办", plain):
        return False
    if re.search("已|办结|结案|完成|解决|归档|办毕|回复|答复|回访", plain):
        return True
    raise NotRead


@lru_cache(maxsize=4096)
def answered(text: str) -> bool | None:
    """Whether a reply was given. The column may hold the reply itself, or its time."""
    if text.lower() in _NOTHING:
        return None
    try:
        return yes_or_no(text)
    except NotRead:
        return True


@lru_cache(maxsize=4096)
def rating(text: str) -> Satisfaction | None:
    """How satisfied; None when nobody said. 一般 counts as 基本满意, as the hotlines count it."""
    plain = text.lower()
    if plain in _NOTHING or "未评" in plain or "未回访" in plain:
        return None
    if plain in _NO or re.search("不满|不太满意|差评|很差", plain):
        return Satisfaction.DISSATISFIED
    if re.search("基本|较|一般|部分", plain):
        return Satisfaction.FAIR
    if plain in _YES or "满意" in plain or plain in ("好评", "很好", "好"):
        return Satisfaction.SATISFIED
    raise NotRead


@lru_cache(maxsize=4096)
def rectifying(text: str) -> Rectification | None:
    """Whether rectification was ordered and has been done; None when the cell says nothing."""
    plain = text.lower()
    if plain in _NOTHING:
        return None
    if plain in _NO or re.search("^(未下|未发|无需|不需|不涉及)", plain):
        return Rectification.NONE
    if re.search("未|整改中|责令|限期|督办|待", plain):
        return Rectification.ORDERED
    if re.search("完成|已整改|到位|销号|办结", plain):
        return Rectification.DONE
    if plain in _YES or "整改" in plain or "已" in plain:
        return Rectification.ORDERED
    raise NotRead
