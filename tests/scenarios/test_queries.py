"""Who sees what, what is found, and how many questions that asks of the database."""

from __future__ import annotations

from accounts.permissions import Actor
from core.words import GovernanceLevel, ScenarioState
from scenarios import domain_queries, need_queries, need_service, queries, resource_detail, resource_queries, service
from tests.scenarios.conftest import detail, move, need_in, resource_in, scenario_in
from tests.support import Cast, count_queries


def codes(actor: Actor) -> list[int]:
    return [row.id for row in queries.scenarios(actor)]


# -- who sees what -------------------------------------------------------------------


def sees(actor: Actor, need: int, draft: int) -> tuple[bool, bool, bool, bool, bool]:
    """Whether the scenario and its need show: in the list, by number, and behind a data resource."""
    return (
        codes(actor) == [draft],
        queries.scenario(actor, draft) is not None,
        [row.id for row in need_queries.needs(actor)] == [need],
        need_queries.need(actor, need) is not None,
        [link.id for link in uses(actor)] == [draft],
    )


def uses(actor: Actor) -> list[queries.Link]:
    """The scenarios shown behind every data resource that shows."""
    entries = [resource_detail.resource(actor, row.id) for row in resource_queries.resources(actor).rows]
    return [link for entry in entries if entry for link, _ in entry.uses]


def test_a_draft_is_its_owners_and_staffs(database: str, cast: Cast, need: int, draft: int) -> None:
    everywhere, nowhere = (True,) * 5, (False,) * 5
    assert {who: sees(actor, need, draft) for who, actor in cast.everybody().items()} == {
        "admin": everywhere,
        "li_staff": everywhere,
        "chen_staff": everywhere,
        "wang_anji": everywhere,
        "zhao_deqing": nowhere,
        "zhou_minzheng": nowhere,
        "qian_bidder": nowhere,
        "sun_judge": nowhere,
    }


def test_once_approved_it_is_there_to_learn_from(cast: Cast, need: int, approved: int) -> None:
    # The chain back stays whole: who sees the scenario sees the need behind it.
    found = {who: sees(actor, need, approved) for who, actor in cast.everybody().items()}
    hidden = {who for who, seen in found.items() if seen == (False,) * 5}
    assert hidden == {"qian_bidder", "sun_judge"}
    assert {seen for who, seen in found.items() if who not in hidden} == {(True,) * 5}


def test_every_state_before_approval_is_hidden_from_other_counties(cast: Cast, draft: int) -> None:
    move(cast.wang_anji, draft, "提交论证")
    assert codes(cast.zhao_deqing) == []
    move(cast.li_staff, draft, "退回修改", "补充依据")
    assert codes(cast.zhao_deqing) == []
    move(cast.wang_anji, draft, "提交论证")
    move(cast.li_staff, draft, "不予立项", "重复建设")
    assert codes(cast.zhao_deqing) == []
    assert codes(cast.wang_anji) == [draft]


def test_a_department_sees_drafts_it_feeds_or_answers_in(cast: Cast, need: int) -> None:
    wang, zhou = cast.wang_anji, cast.zhou_minzheng
    civil = zhou.organisation_id or 0
    fed = service.register_scenario(
        wang, scenario_in(wang, [need], data=[{"new": resource_in(civil), "purpose": "核对对象"}]), nonce="fed"
    )
    answers = service.register_scenario(
        wang,
        scenario_in(wang, [need], data=[], responsibilities=[{"name": "核对", "organisation_id": civil}]),
        nonce="b",
    )
    service.register_scenario(wang, scenario_in(wang, [need], data=[]), nonce="c")
    assert codes(zhou) == [answers, fed]


def test_a_county_sees_what_staff_drafted_for_it(cast: Cast, need: int) -> None:
    number = service.register_scenario(cast.li_staff, scenario_in(cast.li_staff, [need]), nonce="n")
    assert codes(cast.wang_anji) == [number]
    assert codes(cast.zhao_deqing) == []


# -- finding -------------------------------------------------------------------------------


def test_search_finds_parts_codes_and_initials(database: str, cast: Cast, draft: int) -> None:
    for search in ("智能", "危房智能巡查", "wfzn", "WFZN", "cj-", "ＣＪ", " 巡查 "):
        assert [row.id for row in queries.scenarios(cast.li_staff, search=search)] == [draft], search
    for search in ("%", "_", "不存在", "zzz"):
        assert queries.scenarios(cast.li_staff, search=search) == [], search


def test_filters_narrow_the_list(cast: Cast, need: int, draft: int) -> None:
    li = cast.li_staff
    other = scenario_in(li, [need], region_code="330521", domain="防贫监测", data=[])
    second = service.register_scenario(li, other, nonce="second")
    assert [row.id for row in queries.scenarios(li, domain="防贫监测")] == [second]
    assert [row.id for row in queries.scenarios(li, region_code="330523")] == [draft]
    assert [row.id for row in queries.scenarios(li, states=[ScenarioState.DRAFT])] == [second, draft]
    assert queries.scenarios(li, states=[ScenarioState.APPROVED]) == []


def test_a_new_domain_joins_the_list(cast: Cast, need: int) -> None:
    service.register_scenario(cast.li_staff, scenario_in(cast.li_staff, [need], domain="海上治理"), nonce="n")
    assert domain_queries.domains(cast.li_staff)[-1] == "海上治理"


def test_a_county_team_is_offered_only_its_own_region(cast: Cast) -> None:
    assert [place.label for place in resource_queries.regions_for(cast.wang_anji)] == ["湖州市 安吉县"]
    labels = [place.label for place in resource_queries.regions_for(cast.li_staff)]
    assert labels[:2] == ["浙江省", "杭州市"]
    assert "湖州市 德清县" in labels


def test_what_may_be_piloted_names_its_version(cast: Cast, need: int, approved: int) -> None:
    service.register_scenario(cast.li_staff, scenario_in(cast.li_staff, [need]), nonce="still a draft")
    found = queries.pilotable(cast.li_staff)
    assert [(row.id, row.version_label) for row in found] == [(approved, "v1.0")]
    assert found[0].version_id == detail(cast.li_staff, approved).versions[0].id


# -- priority -----------------------------------------------------------------------------------


def test_needs_are_ranked_within_their_group(database: str, cast: Cast) -> None:
    li = cast.li_staff
    high = need_service.register_need(li, need_in("330523", events=600))
    low = need_service.register_need(li, need_in("330521", events=1))
    mountain = need_service.register_need(li, need_in("331127", events=1))  # 景宁: another group
    unknown = need_service.register_need(li, need_in("330110", events=None, events_from=None, events_to=None))
    whole_city = need_service.register_need(li, need_in("330500", level=GovernanceLevel.CITY))
    found = {row.id: (row.group, row.place, row.peers) for row in need_queries.needs(li)}
    assert found == {
        high: ("发达地区", 1, 3),
        low: ("发达地区", 2, 3),
        unknown: ("发达地区", None, 3),
        mountain: ("山区海岛县", 1, 1),
        whole_city: ("市级及以上", 1, 1),
    }
    assert [row.id for row in need_queries.needs(li)][-1] == unknown


def test_a_place_counts_needs_one_cannot_see(cast: Cast) -> None:
    need_service.register_need(cast.li_staff, need_in("330521", events=600))
    own = need_service.register_need(cast.wang_anji, need_in("330523", events=1))
    assert [(row.id, row.place, row.peers) for row in need_queries.needs(cast.wang_anji)] == [(own, 2, 2)]


# -- how many questions ----------------------------------------------------------------------


def _register(cast: Cast, number: int) -> int:
    wang = cast.wang_anji
    need = need_service.register_need(wang, need_in(title=f"第{number}项需求名称"))
    own = wang.organisation_id or 0
    data = [{"new": resource_in(own, name=f"台账{number}-{item}"), "purpose": "核对"} for item in range(number)]
    duties = [{"business": "业务", "name": f"事项{item}", "organisation_id": own} for item in range(number)]
    return service.register_scenario(
        wang, scenario_in(wang, [need], data=data, responsibilities=duties), nonce=f"n{number}"
    )


def test_lists_and_dossiers_ask_as_much_for_three_rows_as_for_one(cast: Cast) -> None:
    def counted(scenario_id: int) -> list[int]:
        found = []
        for ask in (
            lambda: queries.scenarios(cast.wang_anji),
            lambda: queries.scenario(cast.wang_anji, scenario_id),
            lambda: need_queries.needs(cast.wang_anji),
            lambda: resource_queries.resources(cast.wang_anji),
        ):
            with count_queries() as statements:
                ask()
            found.append(len(statements))
        return found

    first = counted(_register(cast, 1))
    _register(cast, 2)
    assert counted(_register(cast, 3)) == first
