"""Pure rules about data: what a catalogue entry must say, how far requests have come, items held twice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Protocol

from core.numbers import format_number
from core.words import DataStatus, Opening, PersonalInformation, SecurityLevel, Sharing
from regions.calendar import working_days

RESOURCE_PREFIX = "SJ"
UPDATE_CYCLES = ("实时", "每日", "每周", "每月", "每季", "每半年", "每年", "不定期")
FORMATS = ("数据库", "电子表格", "接口", "文档", "图形图像", "流媒体", "地理信息", "其他")
METHODS = ("接口调用", "库表交换", "文件交换", "在线查询", "批量核验", "其他")
# 类 1 位, 项 2 位, 目 3 位, 细目 any number; an entry may stop at any of them.
CLASS_CODE = re.compile(r"[0-9A-Z]([0-9A-Z]{2}([0-9A-Z]{3}[0-9A-Z]*)?)?")


# -- what an entry says ---------------------------------------------------------------


class Terms(Protocol):
    """The terms of a resource, as a form, a table row or a line of a workbook has them."""

    @property
    def sharing(self) -> Sharing: ...
    @property
    def sharing_condition(self) -> str: ...
    @property
    def opening(self) -> Opening | None: ...
    @property
    def opening_condition(self) -> str: ...
    @property
    def security_level(self) -> SecurityLevel: ...
    @property
    def personal_information(self) -> PersonalInformation: ...
    @property
    def class_code(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def format(self) -> str: ...
    @property
    def update_cycle(self) -> str: ...
    @property
    def released_on(self) -> date | None: ...


@dataclass(frozen=True)
class Finding:
    """What is wrong with an entry (error) or still to be filled in; `field` is where it is mended."""

    field: str
    message: str
    remedy: str
    error: bool = False


def errors(terms: Terms, *, approved: bool) -> list[Finding]:
    """What may not be registered. `approved`: an approval to open it is on record."""
    found = []
    most = terms.security_level is SecurityLevel.L4
    if most and terms.sharing is Sharing.OPEN:
        found.append(
            Finding(
                "sharing",
                "安全级别 L4 的数据不能无条件共享",
                "请核对安全级别，或改为有条件（受限）共享、不予共享。",
                error=True,
            )
        )
    if most and terms.opening is Opening.OPEN:
        found.append(
            Finding(
                "opening",
                "安全级别 L4 的数据不能无条件开放",
                "请核对安全级别，或改为不予开放。",
                error=True,
            )
        )
    elif needs_approval(terms) and not approved:
        found.append(
            Finding(
                "opening",
                f"安全级别 {terms.security_level.value} 的数据向社会开放，须有开放批准记录（文号、日期、文件）",
                "请先在资源页登记开放批准，或改为不予开放。",
                error=True,
            )
        )
    return found


def needs_approval(terms: Terms) -> bool:
    """Anything above L1 that the public may have was approved by somebody."""
    return terms.opening in (Opening.OPEN, Opening.CONDITIONAL) and terms.security_level is not SecurityLevel.L1


def gaps(terms: Terms, *, items: int) -> list[Finding]:
    """What the core metadata still lack. Nothing is refused for it: old entries are completed bit by bit."""
    shared_how = {
        Sharing.CONDITIONAL: Finding("sharing_condition", "缺共享条件", "有条件（受限）共享的，请写明条件。"),
        Sharing.REFUSED: Finding("sharing_condition", "缺不共享的依据", "不予共享的，请写明法律法规或政策依据。"),
    }
    missing = [
        (not terms.class_code, Finding("class_code", "缺分类码", "请按 类1位+项2位+目3位+细目 填写。")),
        (not terms.summary, Finding("summary", "缺摘要", "请用一两句话说明有什么内容、覆盖什么范围。")),
        (not terms.format, Finding("format", "缺资源格式", "请选择或填写格式。")),
        (items == 0, Finding("items", "缺信息项", "请列出信息项的名称和数据类型。")),
        (not terms.update_cycle, Finding("update_cycle", "缺更新周期", "请选择更新周期。")),
        (terms.released_on is None, Finding("released_on", "缺发布日期", "请填写发布日期。")),
        (terms.opening is None, Finding("opening", "缺开放属性", "请选择是否向社会开放。")),
        (
            terms.opening is Opening.CONDITIONAL and not terms.opening_condition,
            Finding("opening_condition", "缺开放条件", "有条件（受限）开放的，请写明条件。"),
        ),
        (
            terms.personal_information is PersonalInformation.SENSITIVE and terms.opening is Opening.OPEN,
            Finding("opening", "含敏感个人信息却无条件开放", "请核对个人信息类别和开放属性。"),
        ),
    ]
    found = [finding for applies, finding in missing if applies]
    if terms.sharing in shared_how and not terms.sharing_condition:
        found.append(shared_how[terms.sharing])
    return found


# -- requests ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Readiness:
    """How many of the items a scenario needs are connected."""

    connected: int
    total: int

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.connected, self.total) if self.total else None

    @property
    def label(self) -> str:
        if self.share is None:
            return "不适用"
        return f"{self.connected}/{self.total}（{format_number(self.share * 100)}%）"


def readiness(links: Iterable[tuple[DataStatus, int]]) -> Readiness:
    """Of (status, number of fields named): a link counts each field it names, one that names none counts
    as one item."""
    connected = total = 0
    for status, fields in links:
        weight = max(fields, 1)
        total += weight
        connected += weight if status is DataStatus.CONNECTED else 0
    return Readiness(connected, total)


@lru_cache(maxsize=50_000)
def waited(requested_on: date, until: date) -> int:
    """Working days between a request and `until` by the national calendar; the day of the request is not counted."""
    return working_days(requested_on + timedelta(days=1), until)


# -- items held twice (一数一源) -----------------------------------------------------------

# The same thing under other names. Left: how it is compared.
_SYNONYMS = {
    other: name
    for name, others in {
        "公民身份号码": "身份证号 身份证号码 居民身份证号 居民身份证号码 公民身份证号码 身份号码",
        "联系电话": "手机号 手机号码 电话 电话号码 联系方式 移动电话 联系手机",
        "统一社会信用代码": "社会信用代码 统一信用代码 信用代码",
        "企业名称": "单位名称 公司名称",
        "家庭住址": "住址 家庭地址 居住地址 现住址 常住地址",
        "出生日期": "出生年月日 生日",
    }.items()
    for other in others.split()
}
# Columns every table has say nothing about who collects what.
TECHNICAL = frozenset(
    [
        "序号",
        "编号",
        "备注",
        "说明",
        "主键",
        "id",
        "创建时间",
        "更新时间",
        "修改时间",
        "入库时间",
        "数据更新时间",
        "时间戳",
        "操作时间",
        "操作人",
        "状态",
    ]
)
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】|〔[^〕]*〕")
_MARKS = re.compile(r"[\W_]+")


def item_key(name: str) -> str:
    """How names of items are compared: full-width folded, without brackets, blanks and punctuation, the usual
    other names made one. 身份证号（必填） and 公民 身份证号码 are both 公民身份号码."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    bare = _MARKS.sub("", _ASIDE.sub("", plain)) or _MARKS.sub("", plain) or plain.strip()
    return _SYNONYMS.get(bare, bare)


@dataclass(frozen=True)
class Holder:
    """A resource that has an item: `connected` and `asked` count the scenarios that get it or want it there."""

    resource_id: int
    resource: str
    provider_id: int
    provider: str
    update_cycle: str
    connected: int = 0
    asked: int = 0


def proposed_source(holders: Sequence[Holder]) -> tuple[Holder, str]:
    """Which of several holders should be the source, and why: the one most scenarios already get it from, then
    the one most ask, then the one updated most often, then the first in the catalogue. A person decides."""

    def freshness(holder: Holder) -> int:
        return -UPDATE_CYCLES.index(holder.update_cycle) if holder.update_cycle in UPDATE_CYCLES else -99

    ranked = sorted(holders, key=lambda h: (-h.connected, -h.asked, -freshness(h), h.resource_id))
    best = ranked[0]
    others = ranked[1:]
    if best.connected > max((other.connected for other in others), default=0):
        return best, f"已有 {best.connected} 个场景从这里接入"
    if best.asked > max((other.asked for other in others), default=0):
        return best, f"有 {best.asked} 个场景向它申请"
    if others and freshness(best) > max(map(freshness, others)):
        return best, f"更新最勤（{best.update_cycle}）"
    return best, "最早登入目录"
