"""The schema at a glance, one file per area. Importing this package makes the metadata complete."""

from db.tables.accounts import Account, LoginSession, Organisation, SignInFailure
from db.tables.files import Attachment, FileContent
from db.tables.metrics import (
    Collection,
    CollectionIndicator,
    CollectionUnit,
    IndicatorRow,
    Observation,
    ReturnRow,
    Rollup,
    Target,
    Upload,
)
from db.tables.pilots import Pilot, PilotVerdict
from db.tables.regions import Region, RegionGroup
from db.tables.rules import ReturnCheck, ReturnFinding, RuleRehearsal, RuleWaiver, ValidationRule
from db.tables.scenarios import (
    DataResource,
    Need,
    Responsibility,
    Scenario,
    ScenarioData,
    ScenarioNeed,
    ScenarioVersion,
)
from db.tables.system import AuditEvent, Fact, ReportIssue

__all__ = [
    "Account",
    "Attachment",
    "AuditEvent",
    "Collection",
    "CollectionIndicator",
    "CollectionUnit",
    "DataResource",
    "Fact",
    "FileContent",
    "IndicatorRow",
    "LoginSession",
    "Need",
    "Observation",
    "Organisation",
    "Pilot",
    "PilotVerdict",
    "Region",
    "RegionGroup",
    "ReportIssue",
    "Responsibility",
    "ReturnCheck",
    "ReturnFinding",
    "ReturnRow",
    "Rollup",
    "RuleRehearsal",
    "RuleWaiver",
    "Scenario",
    "ScenarioData",
    "ScenarioNeed",
    "ScenarioVersion",
    "SignInFailure",
    "Target",
    "Upload",
    "ValidationRule",
]
