"""The names of the rules in code, as lists and statistics show them, and what each asks."""

from __future__ import annotations

# id → (name, the condition in words). Rules of `metrics.checks` first, in the order they are asked; then those
# of reading a file, which refuse a cell, a row or the whole file before any other rule is asked.
CHECKS = {
    "blank": ("未填", "每一行都要有数，或有状态和理由"),
    "state.contradiction": ("状态与数字矛盾", "缺报、不适用的行不应有数字"),
    "state.reason": ("没有写理由", "缺报、不适用、估计都要写明理由"),
    "required.n": ("缺分子", "状态为已报或估计的，要有分子"),
    "required.d": ("缺分母", "比率、均值和得分要有分母"),
    "d.unused": ("多填了分母", "没有分母的指标，分母格应为空"),
    "n.negative": ("分子是负数", "分子 ≥ 0（口径允许负数的除外）"),
    "d.negative": ("分母是负数", "分母 ≥ 0"),
    "d.zero": ("分母是零", "分母 ≠ 0；没有发生的选“不适用”"),
    "n.whole": ("分子应是整数", "按件、人等计数的，分子是整数"),
    "d.whole": ("分母应是整数", "按件、人等计数的，分母是整数"),
    "n.yes_no": ("是否只填是或否", "是/否类指标只收 1 或 0"),
    "share": ("分子大于分母", "比率和得分：分子 ≤ 分母"),
    "bounds.hard": ("超出可能的范围", "数值在口径规定的“不可能低于／高于”之间"),
    "bounds.plausible": ("超出通常的范围", "数值在口径规定的“通常不低于／不高于”之间"),
    "correction.reason": ("更正没有理由", "改动已经报过的数，要写更正理由"),
    "correction.stale": ("更正理由没有换", "数改了，理由也要是这一次的"),
    "cumulative.falls": ("累计数变小", "累计数 ≥ 以前各期的累计数；变小须写理由"),
    "cumulative.fell": ("累计数变小（已说明）", "累计数 ≥ 以前各期的累计数"),
    "cumulative.overtakes": ("累计数大于后一期", "累计数 ≤ 后一期已报的累计数"),
    "history.outlier": ("与历史相差很大", "与本地区以往各期的中位数相差不超过 3.5 个稳健偏差（至少 6 期）"),
    "history.flat": ("长期不变", "不应连续 4 期完全相同"),
    "target.exact": ("正好等于目标", "实际数不应正好等于目标值"),
    "target.often": ("屡次等于目标", "最近 6 期里等于目标值的不应有 3 期"),
}
READING = {
    "cell.date": "格子里是日期",
    "cell.formula": "公式出错",
    "cell.large": "数字太大",
    "cell.link": "佐证链接不是网址",
    "cell.merged": "合并单元格",
    "cell.percent": "填了百分数",
    "cell.state": "状态认不出",
    "cell.text": "应填数字",
    "cell.uncalculated": "公式没有算出结果",
    "cell.word": "数字格里写了文字",
    "row.absent": "少了一行",
    "row.duplicate": "同一指标填了两行",
    "row.hidden": "有隐藏的行",
    "row.legacy": "旧格式文件",
    "row.nokey": "认不出是哪个指标",
    "row.period": "不是这一期的行",
    "row.region": "不是本地区的行",
    "row.unknown": "多出来的行",
    "row.unsigned": "不是系统生成的报送表",
}
_WHOLE = {"file": "文件读不了", "identity": "不是要报的那份表", "cell": "格子读不了", "row": "行读不了"}


def name(rule: str) -> str:
    """The name of a rule in code; of one written by staff (or unknown) its code."""
    if rule in CHECKS:
        return CHECKS[rule][0]
    return READING.get(rule) or _WHOLE.get(rule.partition(".")[0], rule)


def label(rule: str, written: str = "") -> str:
    """A rule as people read it: the name of one in code; of one written by staff its name and its code."""
    if written and rule not in CHECKS and rule not in READING:
        return f"{written}（{rule}）"
    return name(rule)


def condition(rule: str) -> str:
    """What a rule in code asks."""
    return CHECKS[rule][1]
