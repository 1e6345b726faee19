"""What people may enter about editions, entries and notices. Percentages come in as percent with two decimals."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from awards import quotas, rules
from core.validation import Input
from core.words import EditionNature, GovernanceLevel, PanelRule, TieKey

Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]


class GradeIn(Input):
    name: str = Field(title="等次", min_length=2, max_length=20)
    places: int = Field(title="名额", ge=0, le=1000)


class LevelIn(Input):
    """What entries run at a level of government may have of a track's places: at most so many, so many kept for them."""

    level: GovernanceLevel = Field(title="层级")
    most: int | None = Field(None, title="最多名额", ge=0, le=1000)
    kept: int = Field(0, title="层级保留名额", ge=0, le=1000)

    @model_validator(mode="after")
    def _holds(self) -> LevelIn:
        if self.level not in quotas.LEVELS:
            raise ValueError(f"层级只能是{'、'.join(level.label for level in quotas.LEVELS)}")
        if self.most is None and not self.kept:
            raise ValueError(f"{self.level.label}既没有填最多名额，也没有填保留名额；不限的层级请删去这一行")
        if self.most is not None and self.kept > self.most:
            raise ValueError(f"{self.level.label}的保留名额多于最多名额")
        return self

    @property
    def words(self) -> str:
        most = f"最多 {self.most} 个" if self.most is not None else ""
        kept = f"保留 {self.kept} 个" if self.kept else ""
        return f"{self.level.label}{'、'.join(part for part in (most, kept) if part)}"


class TrackIn(Input):
    """`kept`: of all its places those kept for 山区海岛县; `shortlist`: how many go on to the final; `levels`: quotas by
    level of government, none for most tracks."""

    name: str = Field(title="赛道", min_length=2, max_length=20)
    grades: list[GradeIn] = Field(title="等次和名额", min_length=1, max_length=6)
    kept: int = Field(0, title="山区海岛县保留名额", ge=0, le=1000)
    shortlist: int = Field(title="入围名额", ge=1, le=2000)
    levels: list[LevelIn] = Field(default_factory=list, title="按层级的名额", max_length=len(quotas.LEVELS))

    @model_validator(mode="after")
    def _holds(self) -> TrackIn:
        places = sum(grade.places for grade in self.grades)
        if not places:
            raise ValueError(f"“{self.name}”没有名额")
        if self.kept > places:
            raise ValueError(f"“{self.name}”保留给山区海岛县的名额多于全部名额")
        if self.shortlist < places:
            raise ValueError(f"“{self.name}”的入围名额少于入选名额")
        if len({grade.name for grade in self.grades}) < len(self.grades):
            raise ValueError(f"“{self.name}”的等次重名")
        if len({item.level for item in self.levels}) < len(self.levels):
            raise ValueError(f"“{self.name}”按层级的名额里有同一层级的两行")
        if self.kept + sum(item.kept for item in self.levels) > places:
            raise ValueError(f"“{self.name}”保留给山区海岛县和各层级的名额合计多于全部名额")
        limits = [item.most for item in self.levels if item.most is not None]
        if len(limits) == len(quotas.LEVELS) and sum(limits) < places:
            raise ValueError(f"“{self.name}”各层级最多名额合计只有 {sum(limits)} 个，{places} 个名额用不完")
        return self

    def value(self) -> rules.Track:
        grades = tuple(rules.Grade(grade.name, grade.places) for grade in self.grades)
        levels = tuple(quotas.LevelQuota(item.level, item.most, item.kept) for item in self.levels)
        return rules.Track(self.name, grades, self.kept, self.shortlist, levels)


class SectionIn(Input):
    name: str = Field(title="栏目", min_length=2, max_length=20)
    limit: int = Field(title="字数上限", ge=50, le=5000)
    required: bool = Field(True, title="必填")


SECTIONS = (("问题与需求", 400), ("做法与机制", 800), ("成效与佐证", 600), ("复制推广条件", 400))


class RuleIn(Input):
    """What an edition asks; frozen when the call goes out. `reference_on` is the day whose list of 山区海岛县 counts;
    `cycles` how many whole reporting cycles of the goal indicator an entry needs; `city_quota` 0 for no limit."""

    tracks: list[TrackIn] = Field(title="赛道", min_length=1, max_length=20)
    reference_on: date = Field(title="地区类型以哪一天为准")
    city_quota: int = Field(0, title="每市推荐名额", ge=0, le=1000)
    cycles: int = Field(1, title="至少完整报送期数", ge=1, le=12)
    quality_floor: int = Field(70, title="数据质量分不低于", ge=0, le=100)
    sections: list[SectionIn] = Field(
        default_factory=lambda: [SectionIn(name=name, limit=limit) for name, limit in SECTIONS],
        title="申报栏目",
        min_length=1,
        max_length=10,
    )
    panel_weight: Percent = Field(Decimal(80), title="评审得分权重（%）")
    objective_weight: Percent = Field(Decimal(20), title="客观指标权重（%）")
    vote_weight: Percent = Field(Decimal(0), title="公众投票权重（%）")
    with_final: bool = Field(True, title="设终评（路演）")
    first_share: Percent = Field(Decimal(40), title="初评占评审得分（%）")
    minutes: int = Field(8, title="每项路演分钟数", ge=1, le=60)
    panel_rule: PanelRule = Field(PanelRule.DROP_EXTREMES, title="计分规则")
    per_entry: int = Field(5, title="每项评委数", ge=1, le=99)
    quorum: int = Field(3, title="有效评分不少于", ge=1, le=99)
    panel_keys: list[str] = Field(default_factory=list, title="评审组同分时依次比较", max_length=10)
    tie_keys: list[TieKey] = Field(
        default_factory=lambda: [TieKey.FINAL, TieKey.OBJECTIVE, TieKey.PLACE], title="总分相同时依次比较", max_length=5
    )

    @field_validator("tracks", "sections")
    @classmethod
    def _each_once(cls, given: list[Any]) -> list[Any]:
        if len({item.name for item in given}) < len(given):
            raise ValueError("名称不能重复")
        return given

    @model_validator(mode="after")
    def _fits(self) -> RuleIn:
        problems = []
        if (total := self.panel_weight + self.objective_weight + self.vote_weight) != 100:
            problems.append(f"三项权重合计为 {total:f}%，应正好为 100%")
        if self.vote_weight > 30:
            problems.append("公众投票的权重不能超过 30%")
        if self.quorum > self.per_entry:
            problems.append("有效评分的下限不能多于每项评委数")
        if len(set(self.tie_keys)) < len(self.tie_keys):
            problems.append("同分比较的次序不能重复")
        if problems:
            raise ValueError("；".join(problems))
        return self

    @property
    def weights(self) -> rules.Weights:
        def cents(percent: Decimal) -> int:
            return int(percent * 100)

        first = cents(self.first_share) if self.with_final else rules.WHOLE
        return rules.Weights(cents(self.panel_weight), cents(self.objective_weight), cents(self.vote_weight), first)

    def track(self, name: str) -> rules.Track:
        return next(item.value() for item in self.tracks if item.name == name)

    @property
    def by_level(self) -> bool:
        """Whether any track has quotas by level."""
        return any(track.levels for track in self.tracks)

    def as_json(self) -> dict[str, Any]:
        """As it is kept and hashed: a track without quotas by level reads as before there were any."""
        kept = self.model_dump(mode="json")
        for track in kept["tracks"]:
            if not track["levels"]:
                del track["levels"]
        return kept


class EditionIn(Input):
    """An edition as it is prepared. Times carry their zone; each window is half-open."""

    year: int = Field(title="年度", ge=2000, le=2100)
    name: str = Field(title="名称", min_length=4, max_length=60)
    nature: EditionNature = Field(EditionNature.SELECTION, title="性质")
    approval_number: str = Field("", title="批准文号", max_length=60)
    intro: str = Field("", title="申报说明", max_length=4000)
    rubric_version_id: int = Field(title="评分标准")
    rehearsal: bool = Field(False, title="演练")
    opens_at: datetime = Field(title="申报开始")
    closes_at: datetime = Field(title="申报截止")
    recommend_until: datetime = Field(title="推荐截止")
    vote_opens_at: datetime | None = Field(None, title="投票开始")
    vote_closes_at: datetime | None = Field(None, title="投票截止")
    rule: RuleIn = Field(title="规则")

    @field_validator("opens_at", "closes_at", "recommend_until", "vote_opens_at", "vote_closes_at")
    @classmethod
    def _with_zone(cls, at: datetime | None) -> datetime | None:
        if at is not None and at.tzinfo is None:
            raise ValueError("时间须带时区（北京时间）")
        return at

    @model_validator(mode="after")
    def _whole(self) -> EditionIn:
        problems = []
        if self.nature is EditionNature.HONOUR and not self.approval_number:
            problems.append("表彰须填写批准文号；没有批准的请选“遴选推介”或“业务评价”")
        if self.nature is not EditionNature.HONOUR and "表彰" in self.name + self.intro:
            problems.append("不是表彰的活动，名称和说明里不能出现“表彰”")
        if not self.opens_at < self.closes_at <= self.recommend_until:
            problems.append("时间须依次为：申报开始、申报截止、推荐截止")
        votes = (self.vote_opens_at, self.vote_closes_at)
        if self.rule.vote_weight and None in votes:
            problems.append("设公众投票的须填投票开始和截止时间")
        if votes[0] and votes[1] and votes[0] >= votes[1]:
            problems.append("投票截止应晚于投票开始")
        if problems:
            raise ValueError("；".join(problems))
        return self


class EntryIn(Input):
    """A county's entry. `narrative`: section → text; limits are the edition's."""

    track: str = Field(title="赛道", min_length=2, max_length=20)
    title: str = Field(title="项目名称", min_length=4, max_length=60)
    narrative: dict[str, str] = Field(default_factory=dict, title="申报材料")

    def problems(self, rule: RuleIn, *, whole: bool) -> list[str]:
        """What does not fit the edition; `whole`: it is to be handed in."""
        known = {section.name: section for section in rule.sections}
        said = [] if self.track in {track.name for track in rule.tracks} else [f"没有“{self.track}”这个赛道"]
        said += [f"没有“{name}”这个栏目" for name in self.narrative if name not in known]
        for name, section in known.items():
            length = len(self.narrative.get(name, "").strip())
            if length > section.limit:
                said.append(f"“{name}”有 {length} 个字，超过 {section.limit} 字的上限")
            if whole and section.required and not length:
                said.append(f"“{name}”没有填写")
        return said


class NoticeIn(Input):
    starts_on: date = Field(title="公示起始日")
    days: int = Field(5, title="公示工作日数", ge=1, le=30)
    count_first: bool = Field(True, title="起始日计入公示期")
    contact: str = Field(title="异议受理联系方式", min_length=4, max_length=100)
    answer_days: int = Field(3, title="异议答复期限（日）", ge=1, le=30)
    supervisor_id: int = Field(title="监督人")


class DeliberationIn(Input):
    """`votes`: entry id → votes, of a tie."""

    votes: dict[int, Annotated[int, Field(ge=0, le=999)]] = Field(default_factory=dict, title="票数")
    present: list[str] = Field(title="参加人员", max_length=50)
    text: str = Field(title="合议情况", min_length=6, max_length=4000)

    @model_validator(mode="after")
    def _counted(self) -> DeliberationIn:
        if not self.present:
            raise ValueError("请写明参加人员")
        if len(set(self.present)) < len(self.present):
            raise ValueError("参加人员里有人写了不止一次")
        if self.votes and not any(self.votes.values()):
            raise ValueError("没有人得票，请填写每个项目的票数")
        if max(self.votes.values(), default=0) > len(self.present):
            raise ValueError(f"有项目的票数多于参加表决的 {len(self.present)} 人")
        return self
