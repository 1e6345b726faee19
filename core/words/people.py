"""People, organisations and places."""

from __future__ import annotations

from core.words.base import Word


class Role(Word):
    ADMIN = "admin", "系统管理员"
    INSTITUTE = "institute", "研究院"
    COUNTY = "county", "县级团队"
    DEPARTMENT = "department", "部门"
    BIDDER = "bidder", "揭榜单位"
    JUDGE = "judge", "评审专家"


class OrganisationKind(Word):
    INSTITUTE = "institute", "研究机构"
    GOVERNMENT = "government", "党委政府"
    DEPARTMENT = "department", "部门"
    ENTERPRISE = "enterprise", "企业"
    SOCIAL = "social", "高校与社会组织"


class ApplicationState(Word):
    """An organisation's own request to be let in, until staff decide."""

    WAITING = "waiting", "待审核"
    APPROVED = "approved", "已通过"
    REFUSED = "refused", "未通过"


class RegionLevel(Word):
    PROVINCE = "province", "省"
    CITY = "city", "设区市"
    COUNTY = "county", "县（市、区）"
    ZONE = "zone", "功能区"
    TOWN = "town", "乡镇（街道）"

    @property
    def is_county(self) -> bool:
        """Whether it is what the system compares: a county or a functional zone that stands beside them."""
        return self in (RegionLevel.COUNTY, RegionLevel.ZONE)


class Side(Word):
    """The two sides of the developed / underdeveloped comparison."""

    DEVELOPED = "developed", "发达地区"
    UNDERDEVELOPED = "underdeveloped", "山区海岛县"
    OTHER = "other", "其他分组"


class GovernanceLevel(Word):
    CITY = "city", "市级"
    COUNTY = "county", "县级"
    TOWN = "town", "乡镇（街道）"
    VILLAGE = "village", "村（社区）"
    GRID = "grid", "网格"
