"""Chinese words: the only place that knows the segmentation library (docs/decisions/006)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

# Kinds of words that say what something is about; particles, numbers and punctuation do not.
_TELLING = frozenset({"n", "nz", "nt", "vn", "v", "a", "an", "i", "l", "j", "eng", "ns", "x"})
# Said in nearly every ticket, about nothing in particular.
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        "反映 来电 市民 群众 居民 村民 网民 希望 要求 处理 解决 部门 相关 有关 核实 回复 反馈 问题 情况 进行 表示 咨询 投诉 举报 "
        "求助 建议 尽快 帮助 单位 工作 工作人员 人员 诉求 目前 现在 已经 多次 一直 导致 造成 影响 存在 认为 出现 发现 请问 谢谢 "
        "您好 没有 不能 可以 需要 应该 是否 有人 电话 联系 联系人 姓名 地址 证件 账号 车牌 门牌 来访 来信 称 先生 女士 附近 位于 "
        "位置 时间 时候 方面 给予 予以 落实 满意 不满 职能 职能部门 政府 当地 本人 家人 事情 事宜 之前 之后 属于 告知 答复 工单 "
        "热线 实地 查看 承办 办理 转办 辖区 街道 小区 社区 乡镇 网格",
    )
)


def tagged(text: str) -> list[tuple[str, str]]:
    """Every piece of the text with its part of speech; joined they are the text again."""
    found: list[tuple[str, str]] = rjieba.tag(text)
    return found


def words(text: str) -> Iterator[tuple[str, bool]]:
    """The words that say what a text is about, in order, with repetitions, each with whether it names a place."""
    for word, tag in tagged(text):
        if len(word) < 2 or tag not in _TELLING or word in _EMPTY:
            continue
        if tag == "x" and not all("一" <= letter <= "龥" for letter in word):
            continue
        yield word, tag == "ns"
