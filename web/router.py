"""Which pages exist and who finds them in the menu. What a person may do is decided in the services;
this only keeps the menu short."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import streamlit as st

from accounts.permissions import Actor, Permission, may
from core.errors import AppError
from web import guard, keep, widgets

ROOT = Path(__file__).parents[1]
ICON = Path(__file__).parent / "static" / "favicon.png"
LOGO = Path(__file__).parent / "static" / "logo.svg"


@dataclass(frozen=True)
class Page:
    """A page of the house. `section` "" keeps it out of the menu: it is reached from another page."""

    file: str
    title: str
    url: str
    permission: Permission
    section: str = ""
    icon: str = ""


PAGES = (
    Page("workbench/pages/home.py", "工作台", "home", Permission.INDICATOR_READ, "工作台", "home"),
    Page("scenarios/pages/needs.py", "需求", "needs", Permission.SCENARIO_READ, "需求与场景", "campaign"),
    Page("scenarios/pages/need.py", "需求详情", "need", Permission.SCENARIO_READ),
    Page("scenarios/pages/tickets.py", "诉求工单", "tickets", Permission.TICKET_READ, "需求与场景", "support_agent"),
    Page("scenarios/pages/topics.py", "需求挖掘", "topics", Permission.TICKET_READ, "需求与场景", "travel_explore"),
    Page("scenarios/pages/scenarios.py", "场景", "scenarios", Permission.SCENARIO_READ, "需求与场景", "account_tree"),
    Page("scenarios/pages/scenario.py", "场景详情", "scenario", Permission.SCENARIO_READ),
    Page("scenarios/pages/register.py", "登记场景", "register", Permission.SCENARIO_CREATE),
    Page(
        "scenarios/pages/appraisals.py", "前期论证", "appraisals", Permission.APPRAISAL_READ, "需求与场景", "fact_check"
    ),
    Page("scenarios/pages/appraisal.py", "论证详情", "appraisal", Permission.SCENARIO_READ),
    Page("scenarios/pages/openings.py", "场景开放", "openings", Permission.OPENING_READ, "需求与场景", "handshake"),
    Page("scenarios/pages/opening.py", "开放事项", "opening", Permission.OPENING_READ),
    Page("scenarios/pages/domains.py", "领域", "domains", Permission.DOMAIN_EDIT),
    Page("scenarios/pages/duties.py", "责任清单", "duties", Permission.SCENARIO_READ),
    Page(
        "scenarios/pages/confirmations.py",
        "权责确认",
        "confirmations",
        Permission.SCENARIO_READ,
        "需求与场景",
        "how_to_reg",
    ),
    Page("scenarios/pages/resources.py", "数据资源", "resources", Permission.SCENARIO_READ, "需求与场景", "database"),
    Page("scenarios/pages/sources.py", "一数一源", "sources", Permission.SCENARIO_READ, "需求与场景", "join_inner"),
    Page("scenarios/pages/resource.py", "数据资源详情", "resource", Permission.SCENARIO_READ),
    Page(
        "scenarios/pages/data_requests.py", "数据申请", "requests", Permission.SCENARIO_READ, "需求与场景", "swap_horiz"
    ),
    Page("scenarios/pages/matrix.py", "数据就绪度", "matrix", Permission.SCENARIO_READ, "需求与场景", "grid_on"),
    Page("pilots/pages/pilots.py", "试点", "pilots", Permission.PILOT_READ, "试点", "science"),
    Page("pilots/pages/pilot.py", "试点详情", "pilot", Permission.PILOT_READ),
    Page("pilots/pages/evaluation.py", "试点评估", "evaluation", Permission.PILOT_READ),
    Page("pilots/pages/verdict.py", "结论与依据", "verdict", Permission.PILOT_READ),
    Page("pilots/pages/plan.py", "试点计划", "plan", Permission.PILOT_READ),
    Page("pilots/pages/design.py", "发起试点", "design", Permission.PILOT_DESIGN),
    Page("pilots/pages/promotion.py", "推广", "promotion", Permission.PILOT_PROMOTE),
    Page("pilots/pages/supervision.py", "试点监管", "supervision", Permission.PILOT_READ),
    Page("pilots/pages/orders.py", "督办", "orders", Permission.PILOT_READ, "试点", "notification_important"),
    Page("pilots/pages/order.py", "督办单", "order", Permission.PILOT_READ),
    Page("pilots/pages/alert.py", "预警", "alert", Permission.PILOT_READ),
    Page("pilots/pages/feedback.py", "反馈", "feedback", Permission.PILOT_READ, "试点", "forum"),
    Page("pilots/pages/ratings.py", "公众评价", "ratings", Permission.PILOT_RELEASE, "试点", "star_rate"),
    Page("pilots/pages/scenario_release.py", "公布场景", "scenario_release", Permission.SCENARIO_RELEASE),
    Page("pilots/pages/iteration.py", "迭代", "iteration", Permission.PILOT_READ),
    Page("metrics/pages/returns.py", "报送", "returns", Permission.PILOT_READ, "指标与报送", "upload_file"),
    Page("metrics/pages/feeds.py", "批量送报", "feeds", Permission.FEED_LOAD, "指标与报送", "playlist_add"),
    Page("metrics/pages/return_form.py", "填报", "return", Permission.PILOT_READ),
    Page("metrics/pages/rounds.py", "报送进度", "rounds", Permission.PILOT_READ, "指标与报送", "calendar_month"),
    Page("metrics/pages/round.py", "一期报送", "round", Permission.PILOT_READ),
    Page("metrics/pages/units.py", "参加地区", "units", Permission.PILOT_READ),
    Page("metrics/pages/doubts.py", "疑点核查", "doubts", Permission.PILOT_READ, "指标与报送", "fact_check"),
    Page("metrics/pages/quality.py", "数据质量", "quality", Permission.PILOT_READ, "指标与报送", "grade"),
    Page("metrics/pages/quality_unit.py", "一县数据质量", "quality_unit", Permission.PILOT_READ),
    Page("metrics/pages/indicators.py", "指标", "indicators", Permission.INDICATOR_READ, "指标与报送", "straighten"),
    Page("metrics/pages/indicator.py", "指标口径", "indicator", Permission.INDICATOR_READ),
    Page("metrics/pages/define.py", "编辑口径", "define", Permission.INDICATOR_EDIT),
    Page("metrics/pages/targets.py", "基线与目标", "targets", Permission.PILOT_READ),
    Page("metrics/pages/rules.py", "校验规则", "rules", Permission.RULE_READ, "指标与报送", "rule"),
    Page("metrics/pages/rule.py", "一条规则", "rule", Permission.RULE_READ),
    Page("metrics/pages/rule_findings.py", "校验统计", "rule_findings", Permission.RULE_READ),
    Page("metrics/pages/figure.py", "数字的来历", "figure", Permission.PILOT_READ),
    Page("metrics/pages/assessment.py", "月度考核", "assessment", Permission.PILOT_READ, "指标与报送", "leaderboard"),
    Page("pilots/pages/portfolio.py", "试点比较", "portfolio", Permission.PORTFOLIO_READ, "比较", "dashboard"),
    Page("metrics/pages/ranking.py", "同类地区排名", "ranking", Permission.RANKING_READ, "比较", "social_leaderboard"),
    Page("metrics/pages/gap.py", "两类地区对比", "gap", Permission.GAP_READ, "比较", "compare_arrows"),
    Page("metrics/pages/index_systems.py", "指标体系", "indexes", Permission.INDEX_READ, "指标与报送", "balance"),
    Page("metrics/pages/index_system.py", "指标体系结果", "index", Permission.INDEX_READ),
    Page("metrics/pages/index_design.py", "设计指标体系", "index_design", Permission.INDEX_DESIGN),
    Page("panels/pages/reviews.py", "评审", "reviews", Permission.REVIEW_RUN, "评审", "how_to_vote"),
    Page("panels/pages/review.py", "评审总览", "review", Permission.REVIEW_RUN),
    Page("panels/pages/review_edit.py", "评审要求", "review_edit", Permission.REVIEW_RUN),
    Page("panels/pages/review_entries.py", "参评项目", "review_entries", Permission.REVIEW_RUN),
    Page("panels/pages/review_entry.py", "参评项目详情", "review_entry", Permission.REVIEW_RUN),
    Page("panels/pages/review_panel.py", "评委与回避", "review_panel", Permission.REVIEW_RUN),
    Page("panels/pages/review_assign.py", "评审分配", "review_assign", Permission.REVIEW_RUN),
    Page("panels/pages/review_progress.py", "评分进度", "review_progress", Permission.REVIEW_RUN),
    Page("panels/pages/review_result.py", "结果与体检", "review_result", Permission.REVIEW_RUN),
    Page("panels/pages/review_end.py", "定稿", "review_end", Permission.REVIEW_RUN),
    Page("panels/pages/rubrics.py", "评分标准", "rubrics", Permission.RUBRIC_EDIT, "评审", "checklist"),
    Page("panels/pages/rubric.py", "评分标准详情", "rubric", Permission.RUBRIC_EDIT),
    Page("panels/pages/rubric_edit.py", "编制评分标准", "rubric_edit", Permission.RUBRIC_EDIT),
    Page("panels/pages/judging.py", "我的评审", "judging", Permission.REVIEW_READ, "评审", "gavel"),
    Page("panels/pages/declare.py", "申报回避", "declare", Permission.REVIEW_READ),
    Page("panels/pages/score.py", "评分", "score", Permission.REVIEW_READ),
    Page("panels/pages/receipt.py", "评分回执", "receipt", Permission.REVIEW_READ),
    Page("panels/pages/panel_result.py", "评审组的评分", "panel_result", Permission.REVIEW_READ),
    Page(
        "challenges/pages/challenge_board.py",
        "揭榜总览",
        "challenge_board",
        Permission.CHALLENGE_RUN,
        "揭榜挂帅",
        "space_dashboard",
    ),
    Page("challenges/pages/my_bids.py", "我的揭榜", "my_bids", Permission.BID_WRITE, "揭榜挂帅", "inbox"),
    Page("challenges/pages/challenges.py", "榜单", "challenges", Permission.CHALLENGE_READ, "揭榜挂帅", "flag"),
    Page(
        "challenges/pages/challenge_calendar.py",
        "揭榜日程",
        "challenge_calendar",
        Permission.CHALLENGE_READ,
        "揭榜挂帅",
        "calendar_month",
    ),
    Page("challenges/pages/challenge.py", "榜单详情", "challenge", Permission.CHALLENGE_READ),
    Page("challenges/pages/challenge_edit.py", "编制榜单", "challenge_edit", Permission.CHALLENGE_RUN),
    Page("challenges/pages/bid.py", "揭榜申请", "bid", Permission.BID_WRITE),
    Page(
        "challenges/pages/bidders.py",
        "揭榜单位",
        "bidders",
        Permission.CHALLENGE_RUN,
        "揭榜挂帅",
        "domain_verification",
    ),
    Page("printing/pages/reports.py", "报告", "reports", Permission.INDICATOR_READ, "工作台", "print"),
    Page("awards/pages/editions.py", "年度遴选", "editions", Permission.EDITION_READ, "年度遴选", "emoji_events"),
    Page("awards/pages/edition.py", "一个年度", "edition", Permission.EDITION_READ),
    Page("awards/pages/edition_edit.py", "筹备年度遴选", "edition_edit", Permission.EDITION_RUN),
    Page("awards/pages/award_entry.py", "参评项目", "award_entry", Permission.EDITION_READ),
    Page("awards/pages/award_final.py", "路演", "award_final", Permission.EDITION_RUN),
    Page("awards/pages/award_after.py", "入选之后", "award_after", Permission.EDITION_READ),
    Page("pilots/pages/county.py", "一个县", "county", Permission.COUNTY_READ, "地区", "location_city"),
    Page("regions/pages/regions.py", "地区与分组", "regions", Permission.INDICATOR_READ, "地区", "map"),
    Page("accounts/pages/me.py", "我的账号", "me", Permission.INDICATOR_READ, "系统", "person"),
    Page("accounts/pages/people.py", "人员与单位", "people", Permission.ACCOUNT_MANAGE, "系统", "group"),
    Page("accounts/pages/audit.py", "操作记录", "audit", Permission.AUDIT_READ, "系统", "history"),
)


def pages_for(actor: Actor) -> list[Page]:
    """The pages this person can open, in menu order."""
    return [page for page in PAGES if may(actor, page.permission)]


def needed() -> Iterator[str]:
    """The modules that pages import, by name, some more than once."""
    for page in PAGES:
        for line in ast.parse((ROOT / page.file).read_text(encoding="utf-8")).body:
            if isinstance(line, ast.Import):
                yield from (name.name for name in line.names)
            elif isinstance(line, ast.ImportFrom) and line.module:
                yield line.module
                inside = ROOT.joinpath(*line.module.split("."))
                yield from (f"{line.module}.{it.name}" for it in line.names if (inside / f"{it.name}.py").exists())


def run() -> None:
    """One run of a session: who is it, which pages, then the page."""
    with keep.one_run():
        _run()


def _run() -> None:
    st.set_page_config(page_icon=str(ICON), layout="wide")
    actor = guard.current_actor()
    person = replace(actor, session_id=None)
    menu = keep.kept(("menu", person), lambda: _menu(person))
    chosen = st.navigation(menu, position="sidebar", expanded=True)
    st.set_page_config(page_title=f"{chosen.title} · 智评")
    _frame(actor)
    widgets.show_flashes()
    try:
        with guard.known(actor), keep.page():
            chosen.run()
    except AppError as error:
        guard.show_page_error(error)
    except Exception as error:  # noqa: BLE001  a page's defect must not reach the user as a traceback
        guard.report_defect(error)


class _Entry(st.Page):
    """A page as navigation takes it, made once and used in every run of everybody. Streamlit would work the hash of
    its address out three times a run and mark the entry it chose as the one that may run, once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = super()._script_hash

    @property
    def _script_hash(self) -> str:
        return self.name

    @property
    def _can_be_called(self) -> bool:
        return True

    @_can_be_called.setter
    def _can_be_called(self, _: bool) -> None:
        """Not noted here: two sessions may be on the page at the same time."""


def _menu(actor: Actor) -> dict[str, list[st.Page]]:
    """Section → entries of what this person can open."""
    sections: dict[str, list[st.Page]] = {}
    for page in pages_for(actor):
        # Finding the file takes longer than all the rest of a page's entry
        made = keep.kept(("page", page.url), lambda page=page: _entry(page))  # type: ignore[misc]
        sections.setdefault(page.section or "工作台", []).append(made)
    return sections


def _entry(page: Page) -> st.Page:
    made = _Entry(
        page.file,
        title=page.title,
        url_path=page.url,
        icon=f":material/{page.icon}:" if page.icon else None,
        default=page.url == "home",
        visibility="visible" if page.section else "hidden",
    )
    widgets.PAGES[page.file] = made.name, made
    return made


# Streamlit leaves a hand's breadth above the title and air between the entries of a long menu, and fades captions, marks
# in them included, below the 4.5 : 1 that weak eyes need. A page's script cannot know how wide the screen is: on a phone
# the filters of a list are folded (`widgets.filters`), key figures stand in pairs, pictures of a fixed size scroll or make
# room for a smaller one (`charts.draw`). What is bold in a label is read out with its asterisks, so the names of criteria
# (`panels.pages.sheet_form`) are made bold here.
STYLE = """<style>
[data-testid=stMainBlockContainer] { padding-top: 3rem; }
[data-testid=stCaptionContainer] { opacity: 1; color: #566070; }
@media (min-width: 641px) { [data-testid=stSidebarNavItems] :is(li, a) { margin-block: 0; } }
[class*=st-key-wide_] { overflow-x: auto; }
[class*=_mark_] [data-testid=stWidgetLabel] p { font-weight: 600; }
[class*=st-key-filters_] > :has(details), :has(> [class*=st-key-narrow_]) { display: none; }
@media (max-width: 640px) {
  [data-testid=stMainBlockContainer] { padding-top: 4.5rem; }
  [class*=st-key-filters_] > :has(details) { display: block; }
  [class*=st-key-filters_]:not(:has(details[open])) > :not(:has(details)) { display: none; }
  [class*=st-key-filters_] summary { cursor: pointer; padding: 0.4rem 0; }
  :has(> [class*=st-key-narrow_]) { display: flex; }
  :has(> [class*=st-key-broad_]) { display: none; }
  [data-testid=stElementContainer]:has(> [data-testid=stMetric]) { flex: 1 1 40%; min-width: 0; }
  [data-testid=stPageLink] * { white-space: normal !important; }
  [data-testid=stMetricValue] { font-size: 1.5rem; }
  [data-testid=stMetricDelta] * { white-space: normal !important; }
  [data-testid=stTable] tbody th * { white-space: nowrap !important; }
}
</style>"""


def _frame(actor: Actor) -> None:
    """What surrounds every page: the logo, who is signed in, the mark of a demo."""
    st.html(STYLE)
    st.logo(str(LOGO), size="large")
    with st.sidebar:
        if widgets.is_demo():
            st.warning("**演示数据**　数字均为虚构，仅用于试用。")
        scope = actor.region or actor.organisation
        st.caption(f"{guard.plain(actor.name)}　{actor.role.label}　{guard.plain(scope)}")
        if st.button("退出登录", key="sign_out", icon=":material/logout:", width="stretch"):
            guard.sign_out(actor)
