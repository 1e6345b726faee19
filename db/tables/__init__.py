"""The schema at a glance, one file per area. Importing this package makes the metadata complete."""

from db.tables.accounts import Account, LoginSession, Organisation, SignInFailure
from db.tables.appraisals import Appraisal, AppraisalFinding, AppraisalMatch, AppraisalReviewer
from db.tables.dossier import Domain, Opening, OpeningAnswer, ReformItem, ScenarioPartner
from db.tables.duties import (
    Responsibility,
    ResponsibilityConfirmation,
    ResponsibilityConfirmationItem,
    ResponsibilityData,
    ResponsibilitySupport,
)
from db.tables.feeds import Feed, FeedToken
from db.tables.files import Attachment, FileContent
from db.tables.indexes import IndexResult, IndexSystem, IndexVersion
from db.tables.metrics import (
    Collection,
    CollectionIndicator,
    CollectionUnit,
    FollowUp,
    FrozenFigure,
    IndicatorRow,
    Observation,
    Reminder,
    ReturnGrace,
    ReturnRow,
    Rollup,
    RoundFreeze,
    Target,
    Upload,
)
from db.tables.needs import Need, NeedMerge, NeedMergeItem
from db.tables.pilots import Pilot, PilotVerdict
from db.tables.regions import Region, RegionGroup
from db.tables.resources import (
    DataApproval,
    DataItem,
    DataRequestStep,
    ImpactAssessment,
    ScenarioField,
    SourceDecision,
)
from db.tables.rules import ReturnCheck, ReturnFinding, RuleRehearsal, RuleWaiver, ValidationRule
from db.tables.scenarios import (
    DataResource,
    Scenario,
    ScenarioData,
    ScenarioNeed,
    ScenarioVersion,
)
from db.tables.system import AuditEvent, Fact, ReportIssue

__all__ = [
    "Account",
    "Appraisal",
    "AppraisalFinding",
    "AppraisalMatch",
    "AppraisalReviewer",
    "Attachment",
    "AuditEvent",
    "Collection",
    "CollectionIndicator",
    "CollectionUnit",
    "DataApproval",
    "DataItem",
    "DataRequestStep",
    "DataResource",
    "Domain",
    "Fact",
    "Feed",
    "FeedToken",
    "FileContent",
    "FollowUp",
    "FrozenFigure",
    "ImpactAssessment",
    "IndexResult",
    "IndexSystem",
    "IndexVersion",
    "IndicatorRow",
    "LoginSession",
    "Need",
    "NeedMerge",
    "NeedMergeItem",
    "Observation",
    "Opening",
    "OpeningAnswer",
    "Organisation",
    "Pilot",
    "PilotVerdict",
    "ReformItem",
    "Region",
    "RegionGroup",
    "Reminder",
    "ReportIssue",
    "Responsibility",
    "ResponsibilityConfirmation",
    "ResponsibilityConfirmationItem",
    "ResponsibilityData",
    "ResponsibilitySupport",
    "ReturnCheck",
    "ReturnFinding",
    "ReturnGrace",
    "ReturnRow",
    "Rollup",
    "RoundFreeze",
    "RuleRehearsal",
    "RuleWaiver",
    "Scenario",
    "ScenarioData",
    "ScenarioField",
    "ScenarioNeed",
    "ScenarioPartner",
    "ScenarioVersion",
    "SignInFailure",
    "SourceDecision",
    "Target",
    "Upload",
    "ValidationRule",
]
