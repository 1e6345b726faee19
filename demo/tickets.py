"""Invented requests of citizens, as a hotline would export them: names and numbers in them are made up, so that
there is something to cover on import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from accounts.permissions import Actor
from core import clock
from core.periods import Cadence, Period
from core.tabular import write_csv
from db.session import write
from scenarios import ticket_look, ticket_queries, ticket_storing, topic_analysis, topic_queries, topic_service
from scenarios.ticket_reading import ColumnMap

HEADINGS = ("工单编号", "受理时间", "来电人姓名", "联系电话", "所属区县", "诉求类别", "诉求内容", "办理状态", "满意度", "责令整改")  # fmt: skip


@dataclass(frozen=True)
class Theme:
    """What people ask for: how it is sorted, how it is said, and how often against the others."""

    category: str
    said: Sequence[str]
    weight: float = 1.0


THEMES = (
    Theme("城乡建设/物业管理", ("小区电梯反复故障，物业一直没有维修，老人上下楼困难。", "电梯困人两次，维保单位没有及时到场，物业推诿。", "电梯停运半个月，物业说维修基金没有批下来。"), 1.4),
    Theme("城乡建设/物业管理", ("物业费涨价没有征求业主意见，公共收益也不公示。", "物业服务差，楼道卫生没人打扫，还要催缴物业费。", "业委会换届停滞，物业费账目不清。"), 1.0),
    Theme("环境保护/噪音", ("夜间施工噪音扰民，凌晨还在打桩，孩子无法休息。", "楼下烧烤店夜间喧哗，油烟和噪音都很大。", "广场舞音响声音太大，晚上十点还不停。"), 1.3),
    Theme("交通出行/停车", ("道路两侧乱停车，消防通道被堵，车位紧张。", "小区车位不够，外来车辆乱停，停车难。", "学校门口上下学乱停车，交通拥堵，有安全隐患。"), 1.2),
    Theme("劳动保障/工资", ("工地拖欠农民工工资三个月，包工头联系不上。", "餐饮店关门跑路，拖欠员工工资和社保。", "工资被克扣，劳动合同也没有签。"), 0.9),
    Theme("市政公用/排水", ("暴雨后路面积水倒灌，排水管网堵塞，车库被淹。", "下水道污水外溢，臭味难闻，管网多年没有清淤。", "低洼地段一下雨就内涝，排水泵站没有启动。"), 0.7),
    Theme("市政公用/照明", ("路灯不亮已有一周，夜间行走不安全。", "村道路灯损坏，老人晚上出门摔倒。"), 0.6),
    Theme("医疗社保/报销", ("异地就医医保报销进度查不到，材料交了两个月。", "医保报销比例与宣传不一致，窗口说法不同。", "慢性病备案办了没有生效，药费无法报销。"), 0.8),
    Theme("农业农村/宅基地", ("宅基地审批拖延，材料退回三次，没有说明原因。", "农房翻建审批慢，村里说要等指标。"), 0.6),
    Theme("环境卫生/垃圾", ("垃圾桶满溢没有清运，夏天臭气扑鼻，蚊虫很多。", "建筑垃圾偷倒在河边，没人清理。", "垃圾分类投放点撤掉后无处投放。"), 1.0),
    Theme("消费维权/预付卡", ("健身房关门，预付卡余额不退，负责人失联。", "培训机构倒闭，学费退不了。"), 0.7),
)  # fmt: skip
_SURNAMES, _GIVEN = (
    "王李张陈刘徐沈周吴郑",
    ("建国", "晓燕", "秀英", "志强", "佳怡", "海波", "美芳", "国平", "立军", "雨婷"),
)
_WHERE = (
    "幸福家园3幢",
    "阳光花园小区",
    "人民路与解放路口",
    "城东安置小区",
    "老农贸市场旁",
    "开发区二期",
    "镇政府附近",
    "滨江小区南门",
)
_ENDINGS = ("希望有关部门尽快核实处理。", "多次反映没有解决，请给予答复。", "要求实地查看后回复。", "")


_COUNTIES = ("安吉县", "德清县", "景宁畲族自治县", "海宁市", "义乌市")
_FLOODED, _FLOODED_CODE = "安吉县", "330523"


def hand_in(rng: np.random.Generator, actor: Actor) -> None:
    """Nine months of five counties, through the import that people use; what rose in one of them became a need."""
    content = write_csv(HEADINGS, list(rows(rng, _COUNTIES, months=9, monthly=18, flood=(_FLOODED,))))
    seen = ticket_look.look(content, "热线工单.csv")
    with write() as session:
        number = ticket_storing.register(session, actor.account_id or 0, "热线工单（演示）.csv")
    ticket_storing.run(number, content, ColumnMap(seen.columns or {}, seen.people))
    topic_analysis.run()
    month = ticket_queries.months(actor)[-1]
    county = topic_queries.scope(actor, _FLOODED_CODE, month)
    rising = [row for row in topic_queries.topics(actor, county, month) if row.series.rise] if county else []
    for topic in rising[:1]:
        topic_service.make_need(actor, topic.id, _FLOODED_CODE, month)


def rows(
    rng: np.random.Generator, regions: Sequence[str], *, months: int, monthly: int, flood: Sequence[str] = ()
) -> Iterator[tuple[str, ...]]:
    """Rows in the order of HEADINGS: each region has about `monthly` requests in each of the last `months` months.
    In the last month the regions in `flood` are under water and say so."""
    this = Period.containing(clock.today(), Cadence.MONTH)
    weights = np.array([theme.weight for theme in THEMES])
    drainage = next(at for at, theme in enumerate(THEMES) if theme.category.endswith("排水"))
    number = 0
    for back in range(months, 0, -1):
        start = this.shift(-back).start
        for region in regions:
            count = int(rng.poisson(monthly))
            chosen = rng.choice(len(THEMES), count, p=weights / weights.sum())
            if back == 1 and region in flood:
                chosen = np.concatenate([chosen, np.full(max(12, monthly // 2), drainage)])
            for theme in chosen:
                number += 1
                yield _row(rng, number, THEMES[theme], region, start.isoformat(), back)


def _row(rng: np.random.Generator, number: int, theme: Theme, region: str, start: str, back: int) -> tuple[str, ...]:
    at = datetime.fromisoformat(start).replace(tzinfo=clock.BEIJING) + timedelta(
        minutes=int(rng.integers(0, 27 * 1440))
    )
    name = _pick(rng, _SURNAMES) + _pick(rng, _GIVEN)
    phone = f"13{rng.integers(10**8, 10**9)}"
    said = f"{name}来电反映{_pick(rng, _WHERE)}{_pick(rng, theme.said)}{_pick(rng, _ENDINGS)}联系电话{phone}。"
    handled = bool(rng.random() < (0.94 if back > 1 else 0.6))
    rating = (
        _pick(rng, ("满意", "满意", "满意", "基本满意", "未评价", "不满意")) if handled or rng.random() < 0.2 else ""
    )
    order = "责令整改" if rating == "不满意" and rng.random() < 0.5 else ""
    if order and handled and rng.random() < 0.6:
        order = "整改完成"
    return (
        *(f"ZJ{at:%Y%m%d}{number:07d}", f"{at:%Y-%m-%d %H:%M}", name, phone, region, theme.category, said),
        *("已办结" if handled else "办理中", rating, order),
    )


def _pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    return options[int(rng.integers(len(options)))]
