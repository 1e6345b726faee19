"""Builds the demo province through the same services that people use; only the two years of monthly
figures are written in bulk, with the dates on which they would have been handed in (`demo.history`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from accounts.permissions import OPERATOR
from core import clock
from demo import (
    adoptions,
    awards,
    catalogue,
    challenges,
    evidence,
    feedback,
    feeds,
    indexes,
    openings,
    outcomes,
    panels,
    people,
    promises,
    public,
    register,
    reminders,
    responsibilities,
    selections,
    sources,
    story,
    supervision,
    tickets,
    trials,
)
from metrics import imports
from regions import queries
from regions.imports import ZHEJIANG

SEED = 20_260_101
PANEL = Path(__file__).parent / "data" / "lyg_12345_panel.csv"


def province(say: Callable[[str], None]) -> None:
    """Build everything into an installation that has regions and indicators but no people."""
    rng = np.random.default_rng(SEED)
    say("建立单位与演示账号……")
    counties = queries.counties(ZHEJIANG, clock.today())
    cast = people.settle(counties)
    li, chen = people.actor("liyan"), people.actor("chenshen")
    say("登记需求、数据资源与场景……")
    needs = register.needs(li)
    catalogue.resources(li, cast.organisations)
    promises.sources(li)
    scenarios = register.scenarios(li, cast, needs)
    catalogue.requests()
    catalogue.assessments(li)
    for number, pilot in enumerate(story.PILOTS, start=1):
        say(f"生成试点 {number}/{len(story.PILOTS)}：{pilot.name}……")
        trials.run(rng, li, chen, pilot, scenarios, cast)
    for item in story.SCENARIOS:
        register.finish(li, chen, scenarios[item.name], item)
    register.after_approval(li, scenarios)
    catalogue.later(li)
    adoptions.facts(li)
    adoptions.spread(li)
    sources.tell(li)
    say("建立指标体系……")
    indexes.build(li, chen, story.PILOTS[0].name)
    say("记下目标调整、校验规则和新版口径……")
    promises.tell(li, chen, story.PILOTS[0].name)
    evidence.tell([people.actor(name) for name in ("wanganji", "zhaodeqing", "lanjingning")])
    reminders.tell(li, story.PILOTS[0].name, story.PILOTS[2].name)
    feeds.tell(li, cast.organisations, story.PILOTS[0].name)
    teams = {name: people.actor(name) for name in ("wanganji", "lanjingning", "zhouminzheng")}
    responsibilities.tell({"liyan": li} | teams, cast.organisations, scenarios)
    openings.tell(li, {name: people.actor(name) for name in ("wanganji", "wujie", "zhouminzheng")}, scenarios)
    say("登记监管方案、督办单和反馈……")
    staff = {"liyan": li, "chenshen": chen}
    supervision.tell(staff | teams, cast.organisations)
    feedback.tell(staff | teams)
    say("导入群众诉求工单……")
    tickets.hand_in(rng, li)
    say("组织评审……")
    panels.tell(people.actor, cast.organisations)
    say("张榜、揭榜与公示……")
    challenges.tell(people.actor)
    outcomes.tell(people.actor)
    public.tell(people.actor)
    say("组织年度遴选……")
    awards.tell(people.actor)
    selections.tell(people.actor)
    say("导入公开的月度考核通报……")
    imports.take_in(OPERATOR, PANEL.read_bytes(), PANEL.name)
