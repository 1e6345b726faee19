"""指尖上的形式主义: does an indicator count what officials click instead of what people get?

Counting officials' clock-ins, points, log-ins or minutes online is what the rules against digital
formalism forbid. The words are looked for where a definition says what it counts; the limits are
left out, because they are where somebody explains that log-ins are *not* counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

# What is counted → how definitions put it.
SIGNS = {
    "打卡签到": r"打卡|签到|扫码留痕|定位轨迹|拍照留痕|截图",
    "积分排名": r"积分|积点|学分|能量值|点赞|转发|步数",
    "在线时长": r"在线(时长|时间|率)|停留(时长|时间)|学习时长|使用时长|登录(次数|时长|率|天数)|日活|月活|活跃(度|率)|点击量|浏览量",
}
_ONLINE = "在线时长"
_THINGS = re.compile(r"设备|终端|传感|摄像|监测点")  # these may well be counted when they are online
_DENIED = re.compile(r"不按|不计|不以|不得|避免|取消|减少|精简|禁止")
REASON = "统计干部打卡、积分或在线时长，属于整治“指尖上的形式主义”要求清理的做法：容易逼着基层为数字而操作，也说明不了群众得到了什么。"
REMEDY = "请改为统计办成了多少事、群众省了多少时间等结果；确需保留的，只作背景说明，不设目标、不排名，并写明依据。"


class Worded(Protocol):
    """What a definition says about itself."""

    @property
    def name(self) -> str: ...
    @property
    def meaning(self) -> str: ...
    @property
    def formula(self) -> str: ...
    @property
    def n_label(self) -> str: ...
    @property
    def d_label(self) -> str: ...


@dataclass(frozen=True)
class Concern:
    """One sign: what it seems to count, the word, the field it stands in."""

    kind: str
    word: str
    field: str


_FIELDS = (("name", "名称"), ("meaning", "含义"), ("formula", "计算方法"), ("n_label", "分子"), ("d_label", "分母"))


def concerns(definition: Worded) -> list[Concern]:
    """Every sign in the order of the fields, each word once. A word that its own clause denies
    (“不按登录次数计”) is no sign."""
    found: dict[str, Concern] = {}
    for field, title in _FIELDS:
        for clause in re.split(r"[，。；、,;（）()]", getattr(definition, field)):
            if _DENIED.search(clause):
                continue
            for kind, pattern in SIGNS.items():
                if kind == _ONLINE and _THINGS.search(clause):
                    continue
                for match in re.finditer(pattern, clause):
                    found.setdefault(match.group(), Concern(kind, match.group(), title))
    return list(found.values())


def warning(definition: Worded) -> str:
    """The warning in words; "" when there is nothing to warn of."""
    signs = concerns(definition)
    if not signs:
        return ""
    words = "、".join(f"{sign.field}中的“{sign.word}”（{sign.kind}）" for sign in signs)
    return f"可能是“指尖上的形式主义”：{words}。{REASON}"
