"""Downloads about tickets: the template of a ticket file, the rows that stayed out of an import."""

from __future__ import annotations

from core import clock
from core.tabular import Block, Column, write_xlsx
from scenarios.ticket_queries import ImportView
from scenarios.ticket_reading import ITEMS

TEMPLATE_NAME = "群众诉求工单模板.xlsx"
_HINTS = {
    "number": ("原系统的编号，不能重复；同一编号再次导入只更新办理情况", "AJ20260305000123"),
    "at": ("2026-03-05 14:20 或 2026年3月5日", "2026-03-05 14:20"),
    "region": ("县（市、区）全名，如“湖州市安吉县”，可写到乡镇；也可写六位区划代码", "湖州市安吉县递铺街道"),
    "category": ("原系统的分类，可不填", "城乡建设/物业管理"),
    "title": ("可不填；与内容合在一起", "小区电梯故障"),
    "text": ("原文即可；姓名、电话、证件号在导入时自动遮盖，不会保存", "小区3幢电梯反复故障，物业一直没有维修。"),
    "handled": ("已办结、办理中；或 是、否", "已办结"),
    "replied": ("是、否；也可以是回复时间或回复内容。没有这一列时，已办结的视为已回复", "是"),
    "satisfaction": ("满意、基本满意、不满意；没有回访的留空", "满意"),
    "rectification": ("责令整改、整改完成；没有的留空", ""),
}


def template() -> bytes:
    """An empty ticket file with one example row, and a sheet that explains each column."""
    titles: list[Column | str] = [Column(item.title, 40 if item.key == "text" else 18) for item in ITEMS]
    example = [_HINTS[item.key][1] for item in ITEMS]
    about = [(item.title, "必填" if item.required else "可不填", _HINTS[item.key][0]) for item in ITEMS]
    explained = Block("填写说明", [Column("列名", 14), Column("要求", 10), Column("怎么填", 70)], about)
    return write_xlsx([Block("工单", titles, [example]), explained], made_at=clock.now())


def problems(view: ImportView) -> bytes:
    """What was wrong with the rows of an import, in the order of the file."""
    rows = [
        (
            finding["row"],
            "未导入" if finding["error"] else "已导入",
            finding["column"],
            finding["seen"],
            finding["message"],
            finding["remedy"],
        )
        for finding in sorted(view.places, key=lambda finding: finding["row"])
    ]
    columns: list[Column | str] = [
        Column("行号", 8),
        "结果",
        "列",
        Column("看到的内容", 24),
        Column("问题", 40),
        Column("怎么改", 50),
    ]
    return write_xlsx([Block("未导入的行", columns, rows)], made_at=clock.now())
