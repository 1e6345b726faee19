"""Money: exact sums, over-runs, cost per result; paid money is met by counter entries and never rewritten."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from core import clock
from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.numbers import to_micro
from core.words import Direction, Kind
from db.engine import engine
from db.session import read
from metrics.model import Indicator
from pilots import money, money_service, plan_queries, service, stages
from pilots.money import Budget, Line, Payment, Results
from pilots.plan_schemas import BudgetLineIn, PaymentIn
from tests.pilots.support import approved_scenario, fill, move, pilot_in, running
from tests.support import Cast

DAY = date(2026, 3, 1)
PROOF = ("回单.txt", "银行回单".encode())


def line(number: int, planned: int) -> Line:
    return Line(number, f"科目{number}", "", "", planned, 1)


def paid(number: int, line_id: int, amount: int, reverses: int | None = None) -> Payment:
    at = datetime(2026, 3, 1, tzinfo=clock.BEIJING)
    return Payment(number, line_id, DAY, amount, "用途", "", reverses, "", "李研", at)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 10**13)), max_size=30))
def test_sums_are_exact_and_add_up(entries: list[tuple[int, int]]) -> None:
    budget = Budget(
        [line(n, 10**13) for n in (1, 2, 3)],
        [paid(place, which, amount) for place, (which, amount) in enumerate(entries, start=1)],
    )
    assert budget.paid == sum(amount for _, amount in entries) == sum(s.paid for s in budget.standings)
    assert budget.planned == 3 * 10**13
    assert budget.remaining == budget.planned - budget.paid == sum(s.remaining for s in budget.standings)
    undone = [paid(100 + place, which, -amount, place) for place, (which, amount) in enumerate(entries, start=1)]
    assert Budget(budget.lines, [*budget.payments, *undone]).paid == 0


@pytest.mark.parametrize(("amount", "over"), [(60, ""), (61, "将超支 0.01 元")])
def test_a_payment_that_goes_beyond_its_line_is_foreseen_to_the_fen(amount: int, over: str) -> None:
    budget = Budget([line(1, 100), line(2, 1000)], [paid(1, 1, 40)])
    assert budget.would_overrun(1, amount)[-len(over) :] == over
    assert budget.overruns == []


def test_an_overrun_is_said_per_line_and_for_the_whole() -> None:
    one_over = Budget([line(1, 100), line(2, 1000)], [paid(1, 1, 150)])
    assert one_over.overruns == ["“科目1”已支付 1.50 元，超出预算 0.50 元"]
    all_over = Budget([line(1, 100), line(2, 100)], [paid(1, 1, 250)])
    assert all_over.overruns[-1] == "全部预算 2.00 元，已支付 2.50 元，超支 0.50 元"


def test_fen_are_whole() -> None:
    assert money.to_fen(Decimal("0.29")) == 29
    with pytest.raises(ValueError, match="fen"):
        money.to_fen(Decimal("0.295"))


def indicator(**changes: object) -> Indicator:
    values = {"id": 1, "code": "SX01", "version": 1, "name": "按时办结率", "meaning": "", "formula": ""}
    more = {"kind": Kind.RATIO, "unit": "%", "n_label": "按时办结件数", "n_unit": "件"}
    return Indicator(**{**values, **more, **changes})  # type: ignore[arg-type]


RESULTS = Results(indicator(), to_micro(400), 10, 10)


@pytest.mark.parametrize(
    ("spent", "results", "cost", "why"),
    [
        (10_000, RESULTS, Fraction(25), ""),
        (0, RESULTS, None, "还没有登记支付"),
        (10_000, Results(None), None, "没有目标指标，不知道什么算一件成果"),
        (10_000, Results(indicator(), None, 0, 10), None, "试点地区还没有报送“按时办结件数”"),
        (10_000, Results(indicator(), 0, 10, 10), None, "已报的“按时办结件数”合计不大于 0，没有可分摊的成果"),
        (10_000, Results(indicator(kind=Kind.MEAN), 5, 1, 1), None, "目标指标“按时办结率”是均值，分子不是成果的件数"),
        (10_000, Results(indicator(direction=Direction.LOWER), 5, 1, 1), None, "目标指标“按时办结率”越低越好，分子数的不是成果"),
    ],
)  # fmt: skip
def test_cost_per_result_or_why_there_is_none(spent: int, results: Results, cost: Fraction | None, why: str) -> None:
    found = money.per_result(spent, results)
    assert (found.cost, found.why, found.note) == (cost, why, "")


def test_missing_results_are_said_and_not_taken_for_none() -> None:
    found = money.per_result(10_000, Results(indicator(), to_micro(400), 8, 10))
    assert found.cost == 25
    assert found.note == "应报 10 个地区期次，缺 2 个；缺报的成果没有计入，实际单位成本应更低"


# -- commands --------------------------------------------------------------------------------


def planned(**changes: object) -> BudgetLineIn:
    return BudgetLineIn.model_validate({"name": "系统改造", "planned": "1000.00", "source": "省级专项"} | changes)


def payment(line_id: int, amount: str = "600", **changes: object) -> PaymentIn:
    values = {"line_id": line_id, "paid_on": DAY, "amount": amount, "purpose": "首期款", "files": [PROOF]}
    return PaymentIn.model_validate(values | changes)


def budget(pilot_id: int) -> Budget:
    with read() as session:
        return plan_queries.budget_of(session, pilot_id)


@pytest.mark.usefixtures("house")
class TestMoney:
    def test_over_budget_is_refused_until_it_was_seen(self, cast: Cast) -> None:
        pilot_id = running(cast)
        number = money_service.add_line(cast.li_staff, pilot_id, planned())
        money_service.pay(cast.li_staff, payment(number))
        with pytest.raises(Invalid, match=r"已支付 600.00 元；再付 400.01 元 将超支 0.01 元"):
            money_service.pay(cast.li_staff, payment(number, "400.01"))
        money_service.pay(cast.li_staff, payment(number, "400.01"), overrun_seen=True)
        assert (budget(pilot_id).paid, budget(pilot_id).overruns) == (
            100_001,
            ["“系统改造”已支付 1,000.01 元，超出预算 0.01 元"],
        )

    def test_a_wrong_payment_is_met_once_by_a_counter_entry(self, cast: Cast) -> None:
        pilot_id = running(cast)
        number = money_service.add_line(cast.li_staff, pilot_id, planned())
        wrong = money_service.pay(cast.li_staff, payment(number))
        with pytest.raises(Invalid, match="写明理由"):
            money_service.reverse(cast.li_staff, wrong, "错")
        counter = money_service.reverse(cast.li_staff, wrong, "重复登记")
        with pytest.raises(WrongState, match="已经冲销过"):
            money_service.reverse(cast.li_staff, wrong, "重复登记")
        with pytest.raises(WrongState, match="不能再冲销"):
            money_service.reverse(cast.li_staff, counter, "重复登记")
        found = budget(pilot_id)
        assert [(p.amount, p.reverses_id, p.reason) for p in found.payments] == [
            (60_000, None, ""),
            (-60_000, wrong, "重复登记"),
        ]
        assert found.paid == 0

    def test_the_plan_may_change_with_a_reason_and_a_line_with_payments_stays(self, cast: Cast) -> None:
        pilot_id = running(cast)
        number = money_service.add_line(cast.li_staff, pilot_id, planned())
        empty = money_service.add_line(cast.li_staff, pilot_id, planned(name="培训"))
        with pytest.raises(Invalid, match="已有“培训”"):
            money_service.add_line(cast.li_staff, pilot_id, planned(name="培训"))
        with pytest.raises(Invalid, match="调整预算金额要写明理由"):
            money_service.edit_line(cast.li_staff, number, planned(planned="900"), "", seen_version=1)
        money_service.edit_line(cast.li_staff, number, planned(planned="900"), "招标节余", seen_version=1)
        with pytest.raises(Conflict):
            money_service.edit_line(cast.li_staff, number, planned(), "招标节余", seen_version=1)
        money_service.pay(cast.li_staff, payment(number))
        with pytest.raises(WrongState, match="已有支付记录"):
            money_service.remove_line(cast.li_staff, number, "不再需要", seen_version=2)
        money_service.remove_line(cast.li_staff, empty, "不再需要", seen_version=1)
        with pytest.raises(NotFound):
            money_service.pay(cast.li_staff, payment(empty))
        assert [(x.name, x.planned) for x in budget(pilot_id).lines] == [("系统改造", 90_000)]

    def test_the_same_form_twice_books_once_and_a_voucher_is_asked_for(self, cast: Cast) -> None:
        pilot_id = running(cast)
        number = money_service.add_line(cast.li_staff, pilot_id, planned())
        first = money_service.pay(cast.li_staff, payment(number), nonce="n")
        assert money_service.pay(cast.li_staff, payment(number), nonce="n") == first
        with pytest.raises(ValueError, match="at least 1 item"):
            payment(number, files=[])
        with pytest.raises(ValueError, match="不能晚于今天"):
            payment(number, paid_on=clock.today() + timedelta(days=1))

    def test_money_is_settled_after_the_end_and_nothing_else(self, cast: Cast) -> None:
        pilot_id = running(cast)
        number = money_service.add_line(cast.li_staff, pilot_id, planned())
        move(cast.li_staff, pilot_id, stages.EVALUATE)
        move(cast.li_staff, pilot_id, stages.FINISH, "期满")
        money_service.pay(cast.li_staff, payment(number))
        with pytest.raises(Forbidden, match="已经结束"):
            money_service.add_line(cast.li_staff, pilot_id, planned(name="追加"))

    def test_who_may_and_who_sees(self, cast: Cast) -> None:
        pilot_id = running(cast)
        number = money_service.add_line(cast.li_staff, pilot_id, planned())
        money_service.pay(cast.li_staff, payment(number))
        with pytest.raises(Forbidden, match="牵头单位"):  # it takes part, but does not lead
            money_service.pay(cast.wang_anji, payment(number))
        with pytest.raises(NotFound):
            money_service.pay(cast.sun_judge, payment(number))
        staff, county = plan_queries.plan_of(cast.li_staff, pilot_id), plan_queries.plan_of(cast.wang_anji, pilot_id)
        assert staff is not None and county is not None and staff.budget is not None
        voucher = staff.vouchers[staff.budget.payments[0].id][0]
        assert plan_queries.file_of(cast.li_staff, voucher.id) == PROOF[1]
        assert (county.budget, county.results, county.vouchers) == (None, None, {})
        with pytest.raises(NotFound):
            plan_queries.file_of(cast.wang_anji, voucher.id)

    def test_the_county_that_leads_keeps_the_plan_from_the_design_on(self, cast: Cast) -> None:
        data = pilot_in(approved_scenario(cast), cast, lead_organisation_id=cast.wang_anji.organisation_id)
        pilot_id = service.design(cast.li_staff, data)
        number = money_service.add_line(cast.wang_anji, pilot_id, planned())
        found = plan_queries.plan_of(cast.wang_anji, pilot_id)
        assert found is not None and found.budget is not None
        assert [x.id for x in found.budget.lines] == [number]
        assert plan_queries.plan_of(cast.zhao_deqing, pilot_id) is None

    def test_results_are_those_of_pilot_counties_since_the_start(self, cast: Cast) -> None:
        pilot_id = running(cast)
        fill(pilot_id, lambda code, arm, period, after: None if str(period) == "2025-09" else (80, 100))
        found = plan_queries.plan_of(cast.li_staff, pilot_id)
        assert found is not None and found.results is not None
        # Two pilot counties, twelve months of pilot without the one that nobody reported.
        assert (found.results.n, found.results.reported, found.results.expected) == (to_micro(80 * 22), 22, 24)


@pytest.mark.parametrize("statement", ["UPDATE pilot_payment SET amount = 1", "DELETE FROM pilot_payment"])
def test_the_database_itself_keeps_what_was_paid(database: str, cast: Cast, statement: str) -> None:
    pilot_id = running(cast)
    money_service.pay(cast.li_staff, payment(money_service.add_line(cast.li_staff, pilot_id, planned())))
    with (
        pytest.raises(Exception, match="append-only"),
        engine().execution_options(write=True).begin() as connection,
    ):
        connection.execute(text(statement))
