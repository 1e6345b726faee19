"""What staff enter to define an indicator. Titles, explanations and examples live with the fields, so that the
editor, the refusals and the history of changes use the same words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, Field, field_validator, model_validator

from core.periods import Cadence, Period
from core.words import Accumulation, Combine, Direction, EvidenceKind, IndicatorRole, Kind
from metrics import compliance

TIME = (Combine.SUM, Combine.RATIO, Combine.MEAN, Combine.LAST, Combine.MAX, Combine.NONE)
REGIONS = (Combine.RATIO, Combine.SUM, Combine.MEAN, Combine.NONE)


def _bound(title: str, description: str, example: str) -> Any:
    return Field(None, title=title, description=description, examples=[example], max_digits=15, decimal_places=6)


class DefinitionIn(BaseModel):
    """One definition in full."""

    code: str = Field(
        title="代码",
        pattern=r"^[A-Z]{2}[0-9]{2,4}$",
        description="两个大写字母加二到四位数字，一经使用不再改；报送表和接口都用它认指标。",
        examples=["SX21"],
    )
    name: str = Field(
        title="名称",
        min_length=2,
        max_length=30,
        description="一眼看懂说的是什么，不带年份和单位名。",
        examples=["按时办结率"],
    )
    meaning: str = Field(
        title="含义",
        min_length=8,
        max_length=300,
        description="用一句大白话说清楚统计什么、不统计什么。",
        examples=["应在本期办结的事项中，在规定时限内办结的比例。"],
    )
    formula: str = Field(
        title="计算方法（文字）",
        min_length=4,
        max_length=200,
        description="用文字写出分子、分母和换算。",
        examples=["按时办结件数 ÷ 应办结件数 × 100%"],
    )
    kind: Kind = Field(
        title="类型", description="比率、均值和得分要填分子和分母，由系统计算；其余只填一个数。", examples=["比率"]
    )
    n_label: str = Field(
        title="分子（或唯一要填的数）",
        min_length=2,
        max_length=30,
        description="填报人看到的格子名称。",
        examples=["按时办结件数"],
    )
    n_unit: str = Field(
        "", title="分子的单位", max_length=10, description="按“件”“人”等计数的，只收整数。", examples=["件"]
    )
    d_label: str = Field(
        "",
        title="分母",
        max_length=30,
        description="说明分子是从哪里面来的；没有分母的类型留空。",
        examples=["应办结件数"],
    )
    d_unit: str = Field("", title="分母的单位", max_length=10, description="同分子的单位。", examples=["件"])
    factor: int = Field(
        1,
        title="换算倍数",
        ge=1,
        le=1_000_000,
        description="百分率填 100，每十万人填 100000，其余填 1。",
        examples=["100"],
    )
    unit: str = Field("", title="结果的单位", max_length=12, description="算出来的结果用什么单位读。", examples=["%"])
    decimals: int = Field(
        2, title="小数位数", ge=0, le=6, description="显示和排名时保留几位，四舍五入。", examples=["2"]
    )
    direction: Direction = Field(
        title="方向", description="越高越好、越低越好，还是落在一个区间里为好。", examples=["越高越好"]
    )
    best_min: Decimal | None = _bound("区间下限", "方向为“在区间内为好”时填：从多少起为好。", "45")
    best_max: Decimal | None = _bound("区间上限", "方向为“在区间内为好”时填：到多少为止为好。", "55")
    hard_min: Decimal | None = _bound("不可能低于", "低于它一定是填错了，不能保存。", "0")
    hard_max: Decimal | None = _bound("不可能高于", "高于它一定是填错了，不能保存。", "100")
    plausible_min: Decimal | None = _bound("通常不低于", "低于它会提醒核对，说明原因后可以保存。", "40")
    plausible_max: Decimal | None = _bound("通常不高于", "高于它会提醒核对，说明原因后可以保存。", "100")
    combine_time: Combine = Field(
        title="多期怎么合成一期", description="例如三个月合成一个季度。累计数取末期。", examples=["Σ分子÷Σ分母"]
    )
    combine_regions: Combine = Field(
        title="多地怎么合成一地",
        description="例如各县合成全市。比率一律分子、分母分别加总再相除。",
        examples=["Σ分子÷Σ分母"],
    )
    accumulation: Accumulation = Field(
        Accumulation.PER_PERIOD,
        title="填本期数还是累计数",
        description="累计数只增不减，比较时自动换算成每期增加的数。有数以后不能再改。",
        examples=["本期数"],
    )
    d_fixed: bool = Field(
        False,
        title="分母是固定底数",
        description="累计数的分母不随期增加时勾选，例如全年计划数、原有报表数。",
        examples=["不勾选"],
    )
    cadence: Cadence = Field(Cadence.MONTH, title="周期", description="多久报一次。", examples=["每月"])
    due_days: int = Field(
        5, title="期末后第几个工作日报得出", ge=1, le=60, description="数据来得晚的指标要多留几天。", examples=["5"]
    )
    source_resource_id: int | None = Field(
        None,
        title="数据资源",
        description="从数据资源目录里选，便于追到提供单位和共享状态。",
        examples=["12345热线工单库"],
    )
    source: str = Field(
        title="数据来源",
        min_length=2,
        max_length=100,
        description="从哪个系统、台账或调查里来。",
        examples=["12345热线与基层治理平台工单库"],
    )
    collected_by: str = Field(
        title="怎么采集",
        min_length=2,
        max_length=100,
        description="系统取数、抽样登记还是人工统计。",
        examples=["系统取数或 Excel 报送"],
    )
    evidence_kind: EvidenceKind = Field(
        EvidenceKind.NONE,
        title="要求佐证",
        description="要求了佐证而没有的，扣数据质量分。链接是台账、公示所在的网址；要求文件的，只有链接不算。",
        examples=["文件"],
    )
    evidence: str = Field(
        "",
        title="要什么佐证",
        max_length=200,
        description="写清楚交什么材料，不要笼统写“相关证明”。",
        examples=["验收单或完工公示"],
    )
    role: IndicatorRole = Field(
        IndicatorRole.GOAL,
        title="通常作什么用",
        description="目标指标决定成败，护栏指标不许变差，背景指标只作说明；试点设计时可以另选。",
        examples=["目标指标"],
    )
    seasonal: bool = Field(
        False,
        title="随季节变化",
        description="汛期、节假日、年初年末等让它有规律地高低起伏的勾选；作目标指标时，试点要看满一年才下结论。",
        examples=["预警处置随汛期和台风季起伏，勾选"],
    )
    limits: str = Field(
        title="局限与偏差",
        min_length=4,
        max_length=400,
        description="什么情况下这个数会骗人，应和哪个指标一起看。",
        examples=["个别超长件会拉高均值，请同时看按时办结率。"],
    )
    compliance_note: str = Field(
        "", title="合规说明", max_length=300,
        description="出现“指尖上的形式主义”提醒时，写明为什么确需保留、怎样防止走样。",
        examples=["依据……文件统计，只作背景说明，不设目标、不排名。"],
    )  # fmt: skip

    @field_validator(
        "name", "meaning", "formula", "n_label", "d_label", "source", "collected_by", "limits", mode="before"
    )
    @classmethod
    def _trimmed(cls, text: object) -> object:
        return text.strip() if isinstance(text, str) else text

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = [*_of_parts(self), *_of_bounds(self), *_of_combining(self)]
        if self.evidence_kind is not EvidenceKind.NONE and len(self.evidence.strip()) < 4:
            problems.append("要求佐证的，请写明要什么佐证")
        if compliance.concerns(self) and len(self.compliance_note.strip()) < 8:
            problems.append(f"{compliance.warning(self)}确需保留的，请填写合规说明（不少于 8 个字）")
        if problems:
            raise ValueError("；".join(problems))
        return self


def _of_parts(data: DefinitionIn) -> list[str]:
    found = []
    if data.kind.has_denominator and not data.d_label:
        found.append(f"“{data.kind.label}”要有分母，请填写分母的名称")
    if not data.kind.has_denominator and data.d_label:
        found.append(f"“{data.kind.label}”没有分母，请清空分母的名称")
    if data.unit == "%" and data.kind.is_share and data.factor != 100:
        found.append("单位是 % 的比率，换算倍数应是 100")
    if data.d_fixed and not (data.accumulation.cumulative and data.kind.has_denominator):
        found.append("“分母是固定底数”只用于有分母的累计数")
    if data.kind is Kind.YES_NO and data.accumulation.cumulative:
        found.append("是/否不能累计")
    return found


def _of_bounds(data: DefinitionIn) -> list[str]:
    pairs = (
        ("区间", data.best_min, data.best_max),
        ("不可能的范围", data.hard_min, data.hard_max),
        ("通常的范围", data.plausible_min, data.plausible_max),
    )
    found = [
        f"{name}的下限不小于上限" for name, low, high in pairs if low is not None and high is not None and low >= high
    ]
    within = data.direction is Direction.WITHIN
    if within and (data.best_min is None or data.best_max is None):
        found.append("方向是“在区间内为好”的，请填写区间下限和上限")
    if not within and (data.best_min is not None or data.best_max is not None):
        found.append("方向不是“在区间内为好”的，请清空区间下限和上限")
    for name, value in (
        ("通常不低于", data.plausible_min), ("通常不高于", data.plausible_max),
        ("区间下限", data.best_min), ("区间上限", data.best_max),
    ):  # fmt: skip
        low = data.hard_min is not None and value is not None and value < data.hard_min
        high = data.hard_max is not None and value is not None and value > data.hard_max
        if low or high:
            found.append(f"“{name}”超出了不可能的范围")
    return found


def _of_combining(data: DefinitionIn) -> list[str]:
    found = []
    if data.combine_regions not in REGIONS:
        found.append(f"多地合成不能用“{data.combine_regions.label}”")
    for title, how in (("多期", data.combine_time), ("多地", data.combine_regions)):
        if how is Combine.RATIO and not data.kind.has_denominator:
            found.append(f"{title}合成用“{how.label}”的，要有分母")
        if how is Combine.SUM and data.kind.has_denominator:
            found.append(f"比率和均值不能{title}直接相加，请用“{Combine.RATIO.label}”")
        if how is Combine.MEAN and data.kind.has_denominator:
            found.append(f"比率和均值不能{title}求平均，请用“{Combine.RATIO.label}”")
    if data.accumulation.cumulative and data.combine_time not in (Combine.LAST, Combine.NONE):
        found.append("累计数已经包含以前各期，多期合成请用“取末期”，否则会重复计算")
    return found


class RevisionIn(BaseModel):
    """What a new version of a definition changes, why, and from when."""

    changed: str = Field(
        title="改了什么",
        min_length=4,
        max_length=300,
        description="一句话说明新旧口径的差别。",
        examples=["分母由受理件数改为应办结件数。"],
    )
    reason: str = Field(
        title="为什么改",
        min_length=4,
        max_length=300,
        description="依据的文件或发现的问题。",
        examples=["省热线考核办法2026年版统一口径。"],
    )
    valid_from: str = Field(
        title="从哪一期起", description="这一期起按新口径报；已经有数的期不能改口径。", examples=["2027-01"]
    )
    comparable: Decimal | None = Field(
        None, title="可比系数", gt=0, max_digits=12, decimal_places=6,
        description="旧口径的数乘以它，才能和新口径比；留空表示不可比，趋势图在此断开。不改变数值的填 1。",
        examples=["1"],
    )  # fmt: skip

    @field_validator("valid_from")
    @classmethod
    def _period(cls, key: str) -> str:
        try:
            return str(Period.parse(key.strip()))
        except ValueError:
            raise ValueError("起始期形如 2026-10、2026Q3 或 2026") from None
