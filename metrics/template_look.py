"""Columns, standing words and cell formats of the Excel return: what a clerk sees, apart from how it is written."""

from __future__ import annotations

from typing import Any

from metrics import workbook as book

# Column: field, heading, width, band.
COLUMNS = (
    ("code", "指标代码", 9, "指标"),
    ("name", "指标名称", 18, "指标"),
    ("brief", "口径", 30, "指标"),
    ("past3", "", 10, "参考（只读）"),
    ("past2", "", 10, "参考（只读）"),
    ("past1", "", 10, "参考（只读）"),
    ("target", "目标", 10.5, "参考（只读）"),
    ("n_label", "分子填什么", 20, "请填白色格子"),
    ("n", "分子", 12, "请填白色格子"),
    ("d_label", "分母填什么", 20, "请填白色格子"),
    ("d", "分母", 12, "请填白色格子"),
    ("value", "结果", 11, "请填白色格子"),
    ("state", "状态", 9, "请填白色格子"),
    ("reason", "说明/理由", 30, "请填白色格子"),
    ("link", "佐证链接", 24, "请填白色格子"),
)
EXAMPLES = {True: ("1152", "1200"), False: ("36.5", "40")}  # counted one by one or measured: numerator, denominator
STEPS = (
    ("1 填数", "到“报送表”，每行只填白色格子：分子、分母各填一个数。只填数字，不带单位、不带百分号；比率由系统计算。"),
    ("2 没有数", "不要填 0 凑数。状态选“缺报”或“不适用”，并在“说明/理由”里写明原因。数是 0 的才填 0。"),
    (
        "3 核对",
        "“结果”列会自动算出来（只供核对），请与前三期和目标对照；鼠标停在格子右上角的红点上，可看这个数的含义和例子。",
    ),
    ("4 上传", "保存后在“报送”页上传。系统先列出全部问题和改动，确认之后才入库；有问题的格子会标好颜色还给您。"),
    (
        "佐证",
        "“字典”里写明要求佐证的指标，在“佐证链接”填台账或公示的网址；要求文件的，上传后在填报页的“佐证材料”里附上。",
    ),
    ("注意", "请不要删改灰色格子和隐藏的行、表。可以调整列宽；行的先后不影响读取。"),
)
STATES = {
    "reported": "有实际数。留空也按“已报”处理。",
    "estimated": "数是估出来的，须写明怎样估的。",
    "missing": "应该有数但这次拿不到，须写明原因；系统不会当作 0。",
    "not_applicable": "本期没有发生、算不出结果（例如分母为 0），须写明原因；既不算 0 也不算 100%。",
}
LEGEND = (
    ("input", "白色", "请填写"),
    ("locked", "灰色", "系统生成，不能改"),
    ("mark_error", "红色", "有错误，必须改正；“说明/理由”变红表示必须补写原因"),
    ("mark_warning", "黄色", "请核对，确实无误的写明原因"),
)
_BOX = {"border": 1, "border_color": book.LINE}
TRAITS: dict[str, dict[str, Any]] = {
    "title": {"font_size": 16, "bold": True, "font_color": book.BLUE},
    "muted": {"font_color": book.MUTED},
    "progress": {"font_color": book.BLUE, "bold": True, "align": "right"},
    "section": {"bold": True, "font_color": book.BLUE, "font_size": 11, "bottom": 1, "bottom_color": book.LINE},
    "fact": {"font_color": book.MUTED, "valign": "top"},
    "answer": {"text_wrap": True, "valign": "top", "align": "left", "indent": 1},
    "go": {"bold": True, "font_color": "#FFFFFF", "bg_color": book.BLUE, "align": "center"},
    "legend": {"align": "center"},
    "head": {"bold": True, "bg_color": "#E5E9EF", "text_wrap": True, "align": "center", **_BOX},
    "head_fill": {"bold": True, "bg_color": book.BLUE_FILL, "font_color": book.BLUE, "align": "center", **_BOX},
    "band": {"bold": True, "bg_color": book.MUTED, "font_color": "#FFFFFF", "align": "center", **_BOX},
    "band_fill": {"bold": True, "bg_color": book.BLUE, "font_color": "#FFFFFF", "align": "center", **_BOX},
    "locked": {"bg_color": book.LOCKED_FILL, "text_wrap": True, **_BOX},
    "input": {
        "bg_color": book.INPUT_FILL,
        "locked": False,
        "font_size": 11,
        "border": 1,
        "border_color": book.INPUT_LINE,
    },
    "plain": {**_BOX, "align": "left", "indent": 1},
    "mark_error": {"bg_color": book.ERROR_FILL, **_BOX},
    "mark_warning": {"bg_color": book.WARNING_FILL, **_BOX},
    "strong": {"bold": True, "indent": 1},
    "wrap": {"text_wrap": True},
    "left": {"align": "left", "indent": 1},
    "right": {"align": "right", "indent": 1},
    "centre": {"align": "center"},
    "quoted": {"quote_prefix": True},
}
