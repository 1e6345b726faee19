"""What people say of the demo's pilots, and the iteration that answered some of it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import select

from accounts.permissions import Actor
from core import clock
from core.periods import Cadence, Period
from core.words import FeedbackKind
from db.session import read
from db.tables import Feedback, Pilot
from demo import story
from demo.supervision import ago, on
from pilots import feedback_service
from pilots.supervision_schemas import FeedbackIn, IterationIn

K = FeedbackKind
ANJI, JINGNING = "330523", "331127"

# who, kind, region, source, text, days ago (POVERTY: before the iteration, the last one ago), answer, answered
CALLS = (
    ("wanganji", K.PUBLIC, ANJI, "递铺街道村民王晓燕来电", "我叫王晓燕，电话13812345678，同一件事打了三遍热线，办完也没人告诉我一声。", 24, "", 0),
    ("wanganji", K.GRASSROOTS, ANJI, "乡镇承办人员座谈会", "系统派单后还要在老台账里再登一遍，一天多花一个小时。", 22, "老台账本月底停用，派单信息自动同步，不再重复登记。", 17),
    ("liyan", K.DEPARTMENT, None, "省信访局热线受理处来函", "去重规则把同一小区不同住户的诉求并成了一件，建议加入门牌判断。", 20, "采纳。去重规则增加门牌字段，下月上线。", 15),
    ("liyan", K.MONITORING, None, "月度监测", "六个县的回访在办结十天以后，满意率明显低于三天内回访的县。", 9, "", 0),
)  # fmt: skip
POVERTY = (
    ("lanjingning", K.PUBLIC, JINGNING, "入户走访的低保边缘户", "听说系统里查到我家看病花钱多，可是村里三个月后才来问。", 20, "", 0),
    ("lanjingning", K.GRASSROOTS, JINGNING, "驻村干部座谈会", "每月推来的名单一半是已经在帮扶的，重复核实。", 18, "已商省农业农村厅，名单先剔除在帮扶对象。", 11),
    ("liyan", K.DEPARTMENT, None, "省民政厅社会救助处", "大额医疗支出线定得偏高，边缘户漏了。", 12, "", 0),
    ("lanjingning", K.MONITORING, JINGNING, "月度监测", "推送后十日内入户的比例只有六成。", 12, "", 0),
)  # fmt: skip


def tell(people: Mapping[str, Actor]) -> None:
    """Feedback of four kinds, answered and not, and the iteration of the third pilot."""
    with read() as session:
        pilots = dict(session.exec(select(Pilot.name, Pilot.id)).all())
    calls, poverty = (pilots[story.PILOTS[place].name] or 0 for place in (0, 2))
    for item in CALLS:
        _say(people, calls, *item)
    start = Period.containing(clock.today(), Cadence.MONTH).shift(-3).start
    with on(start):
        numbers = [_say(people, poverty, *item) for item in POVERTY[:3]]
        feedback_service.iterate(
            people["liyan"],
            poverty,
            IterationIn(
                feedback=numbers,
                changes="名单先剔除在帮扶对象；大额医疗支出线由 3 万元降到 2 万元；推送后五个工作日内入户，超期提醒到乡镇。",
                reason="名单重复、门槛偏高、入户偏慢，群众和驻村干部都反映过",
                goal="推送后五个工作日内入户核实，监测对象帮扶事项按时办结率达到 88%",
                start_on=start,
            ),
        )
    _say(people, poverty, *POVERTY[3])


def _say(
    people: Mapping[str, Actor],
    pilot_id: int,
    who: str,
    kind: FeedbackKind,
    region: str | None,
    source: str,
    text: str,
    days: int,
    answer: str,
    answered: int,
) -> int:
    with on(ago(days)):
        data = FeedbackIn(
            pilot_id=pilot_id, kind=kind, region_code=region, source=source, text=text, received_on=ago(0)
        )
        number = feedback_service.log(people[who], data)
    if answer:
        with read() as session:
            version = session.get_one(Feedback, number).version
        with on(ago(answered)):
            feedback_service.answer(people["liyan"], number, answer, seen_version=version)
    return number
