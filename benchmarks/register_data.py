"""A register of any size beside the demo province's, by raw inserts: what `benchmarks/registry.py` draws."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from core import clock
from core.words import DataStatus, DutyKind, OpeningState, ScenarioState
from db import bulk
from db.session import write
from scenarios import resource_rules
from scenarios.search import search_key, sort_key

SCENARIOS, RESOURCES, DUTIES = 300, 2_000, 3_000
_ITEMS, _LINKS, _ANSWERED = 6, 5, 0.7
_WHAT = ("防汛", "养老", "信访", "停车", "危房", "食安", "欠薪", "救助", "垃圾", "消防", "校园", "渔船", "医保", "河道")
_HOW = ("预警", "监测", "派单", "联办", "画像", "巡查", "核验", "回访", "代办", "调度", "感知", "评价")
_WHO = ("网格", "乡镇", "部门", "专班", "村社", "街道")
_FIELDS = (
    "姓名",
    "证件号码",
    "联系电话",
    "地址",
    "登记日期",
    "金额",
    "状态",
    "经度",
    "纬度",
    "等级",
    "机构名称",
    "编码",
)


def fill(times: int) -> None:
    """Add `times` × 300 scenarios, 2,000 data resources and 3,000 responsibility items with all that hangs on
    them. One transaction; the counts of the demo province come on top."""
    draw = random.Random(times)
    with write() as session:
        _Register(session, draw, times).write()


class _Register:
    def __init__(self, session: Any, draw: random.Random, times: int) -> None:
        self.session, self.draw, self.times = session, draw, times
        run = session.connection().exec_driver_sql
        self.bodies = [row[0] for row in run("SELECT id FROM organisation ORDER BY id")]
        self.counties = [row[0] for row in run("SELECT code FROM region WHERE level = 'county' ORDER BY code")]
        self.author = run("SELECT id FROM account WHERE username = 'liyan'").scalar_one()
        self.departments = [row[0] for row in run("SELECT id FROM organisation WHERE kind = 'department' ORDER BY id")]
        self.now = str(clock.now().replace(tzinfo=None))

    def _ids(self, table: str, count: int) -> range:
        highest = self.session.connection().exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table}").scalar_one()
        return range(highest + 1, highest + 1 + count)

    def _insert(self, table: str, columns: str, rows: Iterator[tuple[Any, ...]]) -> None:
        bulk.insert(self.session, table, columns.split(), rows)

    def write(self) -> None:
        scenarios = self._ids("scenario", SCENARIOS * self.times)
        needs = self._ids("need", len(scenarios))
        resources = self._ids("data_resource", RESOURCES * self.times)
        self._insert(
            "need",
            "id version code title description asker people level unit region_code domain source events events_from "
            "events_to severity created_by created_at",
            (self._need(number) for number in needs),
        )
        self._insert(
            "scenario",
            "id version code name domain summary design technologies level state lead_organisation_id region_code "
            "search_text search_more created_by created_at",
            (self._scenario(number) for number in scenarios),
        )
        pairs = list(zip(scenarios, needs, strict=True))
        self._insert("scenario_need", "scenario_id need_id", iter(pairs))
        self._insert(
            "scenario_version",
            "scenario_id label changes created_by created_at",
            ((number, "v1.0", "首次登记", self.author, self.now) for number in scenarios),
        )
        self._insert(
            "reform_item",
            "version scenario_id position barrier measure outcome lead_organisation_id due_on document",
            (
                (1, number, 0, "多头登记，各办各的", "统一受理", "首接负责制办法", self._body(), "2027-06-30", "")
                for number in scenarios
                if number % 5
            ),
        )
        self._insert(
            "scenario_partner",
            "scenario_id organisation_id role task position",
            ((number, body, "cooperate", "数据共享", 0) for number in scenarios for body in self._bodies(2)),
        )
        self._insert(
            "scenario_opening",
            "version scenario_id title resources conditions audience deadline state created_by created_at",
            (
                (
                    *(
                        1,
                        number,
                        "开放接口征集算法",
                        "脱敏数据和测试环境",
                        "",
                        json.dumps(["enterprise", "department"]),
                    ),
                    *(str(clock.today() + timedelta(days=30)), OpeningState.OPEN.value, self.author, self.now),
                )
                for number in scenarios
                if number % 6 == 0
            ),
        )
        self._resources(resources)
        self._links(scenarios, resources)
        self._duties(scenarios)
        self._appraisals(scenarios)

    def _body(self) -> int:
        return int(self.draw.choice(self.bodies))

    def _bodies(self, count: int) -> list[int]:
        return self.draw.sample(self.bodies, count)

    def _name(self, number: int) -> str:
        what, how, who = (self.draw.choice(words) for words in (_WHAT, _HOW, _WHO))
        return f"{who}{what}{how}{number}"

    def _need(self, number: int) -> tuple[Any, ...]:
        what, who = self.draw.choice(_WHAT), self.draw.choice(_WHO)
        return (
            *(number, 1, f"XQ-B-{number}", f"{who}反映{what}问题{number}", f"{what}办理慢、反复跑，{who}多次反映。"),
            *("public", "群众", "town", "", self.draw.choice(self.counties), "民生服务", "hotline"),
            *(
                self.draw.randrange(1, 5000),
                "2026-01-01",
                "2026-06-30",
                self.draw.randrange(1, 4),
                self.author,
                self.now,
            ),
        )

    def _scenario(self, number: int) -> tuple[Any, ...]:
        name, code = self._name(number), f"CJ-B-{number}"
        words = "，".join(
            f"{self.draw.choice(_WHO)}{self.draw.choice(_WHAT)}{self.draw.choice(_HOW)}" for _ in range(12)
        )
        summary = f"汇集{words}，闭环处置。"
        return (
            *(number, 1, code, name, "民生服务", summary, summary * 3, "规则引擎", "county"),
            *(self._state(number).value, self._body(), self.draw.choice(self.counties)),
            *(search_key(name, code, every_reading=True), search_key(summary), self.author, self.now),
        )

    @staticmethod
    def _state(number: int) -> ScenarioState:
        return list(ScenarioState)[number % len(ScenarioState)]

    def _resources(self, ids: range) -> None:
        self._insert(
            "data_resource",
            "id version code class_code name provider_id summary format sharing_scheme sharing sharing_condition "
            "sharing_method opening opening_condition update_cycle released_on security_level personal_information "
            "search_text sort_key",
            (self._resource(number) for number in ids),
        )
        self._insert(
            "data_item",
            "resource_id name key type position",
            (
                (
                    number,
                    f"{name}{self.draw.randrange(40)}",
                    resource_rules.item_key(f"{name}{place}{number % 300}"),
                    "C",
                    place,
                )
                for number in ids
                for place, name in enumerate(self.draw.sample(_FIELDS, _ITEMS))
            ),
        )

    def _resource(self, number: int) -> tuple[Any, ...]:
        name, code = f"{self._name(number)}台账", f"SJ-B-{number}"
        return (
            *(number, 1, code, "307010", name, self.draw.choice(self.departments), "全省数据。", "数据库", "zhejiang"),
            *("conditional", "限本场景使用", "接口调用", "refused", "", "每月", "2026-01-01", "L2", "personal"),
            *(search_key(name, code, every_reading=True), sort_key(name)),
        )

    def _links(self, scenarios: range, resources: range) -> None:
        ids = iter(self._ids("scenario_data", len(scenarios) * _LINKS))
        links, fields = [], []
        for scenario in scenarios:
            for resource in self.draw.sample(resources, _LINKS):
                status = self.draw.choices(list(DataStatus), [2, 3, 2, 1, 4])[0]
                asked = date(2026, 1, 5) + timedelta(days=self.draw.randrange(280))
                done = status in (DataStatus.GRANTED, DataStatus.CONNECTED, DataStatus.REFUSED)
                link = next(ids)
                links.append(
                    (
                        *(link, 1, scenario, resource, "比对核验", status.value, self._body()),
                        None if status is DataStatus.NOT_REQUESTED else str(asked),
                        str(asked + timedelta(days=9)) if done else None,
                        str(asked + timedelta(days=20)) if status is DataStatus.CONNECTED else None,
                        "用途不明确" if status is DataStatus.REFUSED else "",
                    )
                )
                fields += [(link, name, resource_rules.item_key(name)) for name in self.draw.sample(_FIELDS, 3)]
        self._insert(
            "scenario_data",
            "id version scenario_id resource_id purpose status asking_id requested_on answered_on connected_on refused_because",
            iter(links),
        )
        self._insert("scenario_field", "link_id name key", iter(fields))

    def _duties(self, scenarios: range) -> None:
        """A business with two stages and ten items in each scenario; its first one has sixty."""
        each = DUTIES * self.times // len(scenarios)
        rows: list[tuple[Any, ...]] = []
        answered: list[tuple[int, int, int, str]] = []
        next_id = self._ids("responsibility", 1)[0]
        data: list[tuple[Any, ...]] = []
        support: list[tuple[int, int]] = []
        for scenario in scenarios:
            top = next_id
            rows.append((top, 1, scenario, None, DutyKind.BUSINESS.value, "业务办理", None, "", "", "", 1))
            stages = (top + 1, top + 2)
            rows += [
                (key, 1, scenario, top, DutyKind.STAGE.value, f"环节{n}", None, "", "", "", n)
                for n, key in enumerate(stages)
            ]
            next_id += 3
            for place in range(60 if scenario == scenarios[0] else each):
                responsible, *others = self._bodies(3)
                name = f"{self.draw.choice(_WHAT)}{self.draw.choice(_HOW)}{place}"
                stage = stages[place % 2]
                rows.append((next_id, 1, scenario, stage, "item", name, responsible, "科室", "3日", "条例", place))
                data.append((next_id, "台账", self._body(), 0))
                support += [(next_id, other) for other in others]
                if self.draw.random() < _ANSWERED:
                    content = {
                        "path": ["业务办理", f"环节{place % 2}", name],
                        "organisation_id": responsible,
                        "owner": "科室",
                        "supporting": sorted(others),
                        "trigger": "",
                        "inputs": "",
                        "outputs": "",
                        "data": [["台账", data[-1][2]]],
                        "time_limit": "3日",
                        "legal_basis": "条例",
                    }
                    answered.append((scenario, responsible, next_id, json.dumps(content, ensure_ascii=False)))
                next_id += 1
        self._insert(
            "responsibility",
            "id version scenario_id parent_id kind name organisation_id owner time_limit legal_basis position",
            iter(rows),
        )
        self._insert("responsibility_support", "responsibility_id organisation_id", iter(support))
        self._insert("responsibility_data", "responsibility_id name provider_id position", iter(data))
        first = self._ids("responsibility_confirmation", 1)[0]
        self._insert(
            "responsibility_confirmation",
            "id scenario_id organisation_id answer reason on_behalf account_id at",
            (
                (first + n, scenario, body, "confirm", "", False, self.author, self.now)
                for n, (scenario, body, *_) in enumerate(answered)
            ),
        )
        self._insert(
            "responsibility_confirmation_item",
            "confirmation_id responsibility_id content",
            ((first + n, item, content) for n, (_, _, item, content) in enumerate(answered)),
        )

    def _appraisals(self, scenarios: range) -> None:
        waiting = [number for number in scenarios if self._state(number) is ScenarioState.APPRAISAL]
        self._insert(
            "appraisal",
            "version scenario_id round authors submitted_by submitted_at reason scope",
            ((1, number, 1, json.dumps([self.author]), self.author, self.now, "", "") for number in waiting),
        )
