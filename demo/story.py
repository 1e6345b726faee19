"""What the demo province is about: needs, scenarios with their data and responsibilities, pilots.

Scenario names exist in public reports; what is said about them here is written for the demo.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.words import Asker, GovernanceLevel, NeedSource, ScenarioState
from core.words import PilotState as P


@dataclass(frozen=True)
class DemoNeed:
    title: str
    description: str
    asker: Asker
    people: str
    level: GovernanceLevel
    region: str
    source: NeedSource
    events: int
    severity: int
    domain: str = ""


@dataclass(frozen=True)
class DemoScenario:
    name: str
    domain: str
    summary: str
    lead: str
    region: str
    needs: tuple[int, ...]
    data: tuple[tuple[str, str], ...]  # resource name, purpose
    duties: tuple[tuple[str, str, str], ...]  # path as 业务/环节/事项, organisation, owner
    state: ScenarioState
    technologies: str = ""
    level: GovernanceLevel = GovernanceLevel.COUNTY


@dataclass(frozen=True)
class DemoPilot:
    """`indicators`: code, role, baseline, target, smallest change. `effects`: code → (developed,
    underdeveloped) change in the indicator's unit. Months are relative to the current one."""

    name: str
    scenario: str
    promise: str
    lead: str
    state: P
    start: int
    end: int
    pre: int
    counties: tuple[int, int, int, int]  # pilots developed / underdeveloped, comparisons developed / underdeveloped
    indicators: tuple[tuple[str, str, str, str, str], ...]
    effects: dict[str, tuple[float, float]] = field(default_factory=dict)


N, G = NeedSource, GovernanceLevel

NEEDS = (
    DemoNeed(
        "同一诉求反复投诉、多头派单",
        "群众同一件事在12345、网格和信访窗口分别登记，部门各办各的，办完又被重复派单，群众觉得没人管到底。",
        Asker.PUBLIC,
        "来电来访群众",
        G.COUNTY,
        "330523",
        N.HOTLINE,
        18620,
        3,
        "信访维稳",
    ),
    DemoNeed(
        "热线工单超期无人提醒",
        "工单临近时限没有提醒，承办科室经常超期后才发现，月底集中补办，群众等待时间长。",
        Asker.GRASSROOTS,
        "乡镇承办人员",
        G.TOWN,
        "330521",
        N.HOTLINE,
        6240,
        2,
        "信访维稳",
    ),
    DemoNeed(
        "危化品运输车辆进出园区底数不清",
        "危化品企业、运输车辆和仓储数据分散在多个部门，园区不掌握实时在途情况，隐患发现靠人工巡查。",
        Asker.DEPARTMENT,
        "化工园区企业与周边居民",
        G.COUNTY,
        "330211",
        N.INSPECTION,
        312,
        3,
        "公共安全",
    ),
    DemoNeed(
        "因病因残致贫发现不及时",
        "低收入家庭大额医疗支出、失业、残疾等变化分散在民政、卫健、人社、残联、农业农村等部门，往往申请救助时才知道。",
        Asker.GRASSROOTS,
        "低收入和防贫监测对象",
        G.VILLAGE,
        "331127",
        N.GRID,
        1486,
        3,
        "防贫监测",
    ),
    DemoNeed(
        "山区老人就近购物、缴费、取药不便",
        "偏远村社没有商店和服务点，老人买日用品、缴费、取药要走十几里路。",
        Asker.PUBLIC,
        "留守老人",
        G.VILLAGE,
        "331126",
        N.VISIT,
        930,
        2,
        "民生服务",
    ),
    DemoNeed(
        "矛盾纠纷分散受理、风险看不全",
        "调解、法院、公安、信访各有登记，同一当事人的多起纠纷没有关联，容易激化。",
        Asker.DEPARTMENT,
        "纠纷当事人",
        G.COUNTY,
        "330782",
        N.GRID,
        4105,
        3,
        "矛盾调处",
    ),
    DemoNeed(
        "企业反映多部门重复检查",
        "同一企业一个月被不同部门检查多次，材料反复提交，影响经营。",
        Asker.ENTERPRISE,
        "中小企业",
        G.COUNTY,
        "330681",
        N.ENTERPRISE,
        742,
        2,
        "综合执法",
    ),
    DemoNeed(
        "污水管网渗漏靠人工排查",
        "管网渗漏、偷排靠人工巡查，发现平均要一周以上，雨天易冒溢。",
        Asker.GRASSROOTS,
        "沿河居民",
        G.COUNTY,
        "330421",
        N.GRID,
        388,
        2,
        "生态环保",
    ),
    DemoNeed(
        "村社每月填报表格过多",
        "村社每月要填四十多张表，很多数据系统里已有，仍要重复填报。",
        Asker.GRASSROOTS,
        "村社干部",
        G.VILLAGE,
        "330624",
        N.SURVEY,
        2760,
        2,
        "综合执法",
    ),
    DemoNeed(
        "近海船舶脱管漏管",
        "乡镇船舶和休闲渔船登记不全，出海情况掌握不及时，救助调度困难。",
        Asker.DEPARTMENT,
        "渔民和海钓游客",
        G.COUNTY,
        "330922",
        N.INSPECTION,
        205,
        3,
        "公共安全",
    ),
    DemoNeed(
        "跨省办事来回跑",
        "边界乡镇群众到邻省办理社保、医保、户籍等事项要来回跑，材料互不认可。",
        Asker.PUBLIC,
        "省际边界居民",
        G.COUNTY,
        "330824",
        N.HOTLINE,
        1570,
        2,
        "民生服务",
    ),
    DemoNeed(
        "出租房和流动人口变化掌握慢",
        "群租房、流动人口变动快，网格上报滞后，消防和治安隐患发现晚。",
        Asker.GRASSROOTS,
        "出租房住户",
        G.GRID,
        "330282",
        N.GRID,
        3920,
        2,
        "社会治安",
    ),
    DemoNeed(
        "医保报销进度查不到",
        "异地就医报销周期长、进度不透明，群众反复打电话查询。",
        Asker.PUBLIC,
        "参保群众",
        G.COUNTY,
        "330783",
        N.HOTLINE,
        5230,
        1,
        "民生服务",
    ),
    DemoNeed(
        "农产品检测结果送不到农户",
        "抽检结果在部门系统里，农户不知道，问题产品仍上市。",
        Asker.PUBLIC,
        "种植养殖户",
        G.TOWN,
        "331024",
        N.SURVEY,
        260,
        1,
        "经济生态",
    ),
)
# The same thing reported again, from another window: merged into the first need.
AGAIN = DemoNeed(
    "一件事投诉好几遍没人管",
    "网格员反映，群众把同一件事在热线和网格各报一遍，两边各派各的，回访时群众说不清是哪个部门办的。",
    Asker.GRASSROOTS,
    "来电来访群众",
    G.TOWN,
    "330523",
    N.GRID,
    420,
    2,
    "信访维稳",
)

S = ScenarioState

SCENARIOS = (
    DemoScenario("民呼我为", "信访维稳", "统一受理12345、网格、信访窗口的群众诉求，自动去重、限时派单、到期提醒、办结回访，让一件事由一个单位管到底。", "省信访局", "330523", (0, 1), (("12345热线工单库", "受理与去重"), ("信访事项登记库", "关联同一诉求人的信访事项"), ("网格事件库", "合并网格上报的同一事件")), (("诉求办理/受理/去重合并与派单", "省信访局", "热线受理处"), ("诉求办理/办理/限时办理与到期提醒", "330523", "承办科室负责人"), ("诉求办理/回访/办结回访与不满意督办", "省信访局", "回访组")), S.PILOTING, "自然语言去重、时限规则引擎"),
    DemoScenario("危化品全链条安全风险智控", "公共安全", "汇集危化品生产、储存、运输、使用各环节数据，自动识别超量储存、超时停放和异常路线，闭环处置。", "省应急管理厅", "330211", (2,), (("危险化学品企业名录", "建立底数"), ("危化品道路运输电子运单", "掌握在途车辆"), ("重点污染源在线监测", "关联异常排放")), (("风险识别/监测/在途车辆异常识别", "省应急管理厅", "危化监管处"), ("风险处置/现场/现场核查处置", "330211", "园区应急站")), S.EVALUATING, "物联网、轨迹识别"),
    DemoScenario("重点人群防贫监测帮扶", "防贫监测", "比对民政、卫健、人社、残联、农业农村数据，提前发现可能返贫致贫的家庭，推送村社核实并落实帮扶。", "省农业农村厅", "331127", (3,), (("低保和特困人员信息", "排除已保障对象"), ("大额医疗支出提醒", "发现因病支出"), ("失业登记信息", "发现失业"), ("持证残疾人信息", "发现因残困难"), ("防返贫监测对象名单", "更新监测对象")), (("监测/比对/五部门数据按月比对", "省农业农村厅", "防贫监测处"), ("监测/核实/入户核实", "331127", "驻村干部"), ("帮扶/落实/帮扶措施落实与反馈", "省民政厅", "社会救助处")), S.PILOTING, "多源比对、预警规则"),
    DemoScenario("共享社·幸福里", "民生服务", "在偏远村社设共享服务点，集中提供购物、缴费、取药、代办，用预约数据安排流动服务车。", "省供销合作社联合社", "331126", (4,), (("供销服务网点目录", "选点与补货"),), (("服务点/运营/网点运营与补货", "省供销合作社联合社", "县级社"), ("服务点/代办/村社代办员服务", "331126", "村社代办员")), S.PROMOTING, "预约调度", G.VILLAGE),
    DemoScenario("五环智控", "矛盾调处", "把排查、预警、调解、稳控、回访五个环节串成闭环，关联同一当事人的多起纠纷，分级管控。", "省委政法委员会", "330782", (5,), (("矛盾纠纷调解台账", "关联同一当事人"), ("网格事件库", "发现苗头")), (("闭环管控/预警/风险分级", "省委政法委员会", "基层治理处"), ("闭环管控/调解/分级调解", "330782", "矛调中心")), S.PILOTING, "关联分析、分级规则"),
    DemoScenario("综合查一次", "综合执法", "统筹各部门检查计划，对同一企业合并为一次综合检查，结果互认。", "省市场监督管理局", "330681", (6,), (("企业登记注册信息", "确定检查对象"), ("行政检查记录", "合并重复检查")), (("检查统筹/计划/检查计划合并", "省市场监督管理局", "执法统筹处"),), S.ITERATING, "计划编排"),
    DemoScenario("污水管网数字孪生", "生态环保", "用液位、流量和水质监测数据还原管网运行，自动定位渗漏和偷排。", "省生态环境厅", "330421", (7,), (("重点污染源在线监测", "定位异常排放"),), (("管网/巡查/渗漏定位与派单", "省生态环境厅", "水处"),), S.SUSPENDED, "数字孪生、液位监测"),
    DemoScenario("基层报表一表通", "综合执法", "村社只填一张底表，其余报表由系统自动生成，新增报表须经审核准入。", "省数据局", "330624", (8,), (("基层报表目录", "报表准入与合并"),), (("报表/准入/报表准入审核", "省数据局", "数据资源处"), ("报表/填报/底表维护", "330624", "村社文书")), S.PILOTING, "底表映射", G.VILLAGE),
    DemoScenario("海上综合智治", "公共安全", "汇集船舶登记、北斗定位和气象预警，对脱管船舶和恶劣天气出海自动预警。", "省农业农村厅", "330922", (9,), (), (("船舶管理/登记/乡镇船舶登记", "330922", "渔业站"),), S.APPROVED, "北斗定位"),
    DemoScenario("四省边际政务服务跨省通办", "民生服务", "与邻省互认材料和结果，边界群众在家门口办理高频事项。", "省数据局", "330824", (10,), (), (("通办/受理/材料互认受理", "省数据局", "政务服务处"),), S.APPRAISAL),
    DemoScenario("出租房智能管家", "社会治安", "出租房分级赋码，水电气异常与人员变动联动核查。", "省公安厅", "330282", (11,), (("警情分类统计", "核对风险等级"), ("网格事件库", "核查隐患")), (("出租房/核查/分级核查", "330282", "网格员"),), S.RETURNED),
    DemoScenario("全民安心医保城市", "民生服务", "医保报销全程可查、超时预警、主动告知。", "省医疗保障局", "330783", (12,), (("医保结算进度", "进度查询"),), (("报销/告知/进度主动告知", "省医疗保障局", "经办处"),), S.DRAFT),
    DemoScenario("村口人脸打卡监督", "综合执法", "要求村干部每日到村口设备打卡并计分排名。", "省数据局", "330624", (8,), (), (("监督/打卡/每日打卡", "330624", "村干部"),), S.REFUSED),
    DemoScenario("亲农在线", "经济生态", "检测结果直达农户，指导用药和上市。", "省农业农村厅", "331024", (13,), (), (("检测/告知/结果告知", "省农业农村厅", "质监处"),), S.RETIRED),
    DemoScenario("市民诉求直通办", "信访维稳", "统一受理12345热线和网格上报的群众诉求，自动派单、到期提醒、办结回访，不满意的由上级督办。", "330521", "330521", (1,), (("12345热线工单库", "受理诉求"),), (("诉求办理/受理/热线与网格并单", "330521", "社会治理中心"), ("诉求办理/回访/到期提醒与回访", "330521", "回访员")), S.APPRAISAL, "时限规则"),
)  # fmt: skip

ALIKE = "市民诉求直通办"  # says much of what 民呼我为 says

GOAL, GUARD, CONTEXT = "goal", "guardrail", "context"

PILOTS = (
    DemoPilot("民呼我为全省试点", "民呼我为", "让群众诉求按时办结率提高到92%以上，同时不增加重复投诉。", "省信访局", P.RUNNING, -12, 6, 12, (24, 12, 44, 10), (("SX01", GOAL, "82", "90", "2"), ("SX04", GOAL, "86", "91", "1"), ("SX09", GUARD, "9", "7", "1"), ("SX07", CONTEXT, "", "", "")), {"SX01": (7.2, 4.6), "SX04": (3.4, 2.6), "SX09": (-1.4, -0.9), "SX07": (-1.6, -1.0)}),
    DemoPilot("危化品风险智控试点", "危化品全链条安全风险智控", "让预警在事故前得到处置的比例提高到85%。", "省应急管理厅", P.EVALUATING, -14, -1, 6, (8, 0, 9, 0), (("SX20", GOAL, "70", "85", "4"), ("SX03", GUARD, "90", "90", "2")), {"SX20": (11.5, 0), "SX03": (0.3, 0)}),
    DemoPilot("防贫监测帮扶试点", "重点人群防贫监测帮扶", "监测对象的帮扶事项按时办结率达到88%。", "省农业农村厅", P.RUNNING, -9, 5, 6, (0, 7, 0, 8), (("SX01", GOAL, "78", "88", "3"), ("SX13", CONTEXT, "", "", "")), {"SX01": (0, 6.8), "SX13": (0, 18)}),
    DemoPilot("共享社·幸福里山区试点", "共享社·幸福里", "让偏远村社群众满意度评分提高到90分。", "省供销合作社联合社", P.PROMOTING, -20, -4, 4, (5, 6, 6, 6), (("SX19", GOAL, "80", "84", "2"), ("SX16", GUARD, "45", "40", "5")), {"SX19": (4.2, 6.4), "SX16": (-2, -3)}),
    DemoPilot("五环智控试点", "五环智控", "矛盾纠纷一次办结率提高到75%，重复投诉不增加。", "省委政法委员会", P.PAUSED, -8, 6, 6, (4, 3, 5, 4), (("SX08", GOAL, "62", "75", "3"), ("SX09", GUARD, "10", "8", "1")), {"SX08": (3.1, -0.8), "SX09": (1.9, 2.4)}),
    DemoPilot("一表通减负试点", "基层报表一表通", "让村社每月填报时间比试点前缩短一半。", "省数据局", P.RUNNING, -4, 8, 4, (3, 2, 4, 2), (("SX11", GOAL, "0", "50", "10"), ("SX12", CONTEXT, "", "", "")), {"SX11": (31, 24), "SX12": (20, 14)}),
    DemoPilot("综合查一次首轮试点", "综合查一次", "企业对检查的满意率提高，重复检查减少。", "省市场监督管理局", P.FINISHED, -22, -10, 3, (6, 0, 6, 0), (("SX04", GOAL, "80", "90", "2"),), {"SX04": (1.1, 0)}),
    DemoPilot("污水管网孪生试点", "污水管网数字孪生", "渗漏事件自处置率提高到80%。", "省生态环境厅", P.STOPPED, -18, -6, 4, (1, 0, 5, 0), (("SX14", GOAL, "68", "80", "4"),), {"SX14": (-2.2, 0)}),
    DemoPilot("一表通扩面试点", "基层报表一表通", "在更多县检验一表通能否减负。", "省数据局", P.PENDING, 1, 13, 6, (6, 4, 6, 4), (("SX11", GOAL, "0", "50", "10"),), {}),
    DemoPilot("五环智控二期设计", "五环智控", "改进分级规则后再试，先看护栏指标。", "省委政法委员会", P.DESIGN, 2, 14, 6, (5, 5, 5, 5), (("SX08", GOAL, "62", "75", "3"),), {}),
    DemoPilot("危化品扩面试点", "危化品全链条安全风险智控", "在沿海和山区小园区检验预警处置能否同样见效。", "省应急管理厅", P.RUNNING, -5, 9, 4, (3, 2, 3, 2), (("SX20", GOAL, "70", "82", "4"),), {"SX20": (9.0, 7.5)}),
    DemoPilot("综合查一次二轮设计", "综合查一次", "按首轮意见改进后再试。", "省市场监督管理局", P.WITHDRAWN, 1, 12, 6, (6, 0, 6, 0), (("SX04", GOAL, "80", "90", "2"),), {}),
)  # fmt: skip
