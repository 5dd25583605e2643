"""Tables: columns and constraints only, one aggregate a file."""

from blacklist.models.accounts import Account, StaffSession
from blacklist.models.agencies import (
    Agency,
    AgencyKey,
    AgencyPurpose,
    Check,
    CheckOutcome,
    QuotaDay,
    QuotaSubject,
    RateBucket,
)
from blacklist.models.base import Base
from blacklist.models.calendars import CalendarYear
from blacklist.models.courts import Court, Person, RoleGrant
from blacklist.models.log import (
    AgencyAck,
    AgencyView,
    AgencyWake,
    Discrepancy,
    LogCheckpoint,
    LogEntry,
    LogHead,
    LogTile,
    Restriction,
    Subscriber,
    ViewKey,
)
from blacklist.models.orders import (
    Case,
    CourtTask,
    Order,
    OrderBinding,
    OrderVersion,
    Proposal,
    ServiceAttempt,
)
from blacklist.models.papers import Paper
from blacklist.models.permits import Permit, PermitUse
from blacklist.models.proceedings import Application, CaseEvent, SignMark
from blacklist.models.publications import Publication, PublicationBigram
from blacklist.models.records import AuditEntry, AuditHead, ImportRun, KeptAnswer, RegistryFact, SyncRun
from blacklist.models.remedies import Objection, Reconsideration, RemedyNote
from blacklist.models.subjects import Subject, SubjectDocument, SubjectName

__all__ = [
    "Account",
    "Agency",
    "AgencyAck",
    "AgencyKey",
    "AgencyPurpose",
    "AgencyView",
    "AgencyWake",
    "Application",
    "AuditEntry",
    "AuditHead",
    "Base",
    "CalendarYear",
    "Case",
    "CaseEvent",
    "Check",
    "CheckOutcome",
    "Court",
    "CourtTask",
    "Discrepancy",
    "ImportRun",
    "KeptAnswer",
    "LogCheckpoint",
    "LogEntry",
    "LogHead",
    "LogTile",
    "Objection",
    "Order",
    "OrderBinding",
    "OrderVersion",
    "Paper",
    "Permit",
    "PermitUse",
    "Person",
    "Proposal",
    "Publication",
    "PublicationBigram",
    "QuotaDay",
    "QuotaSubject",
    "RateBucket",
    "Reconsideration",
    "RegistryFact",
    "RemedyNote",
    "Restriction",
    "RoleGrant",
    "ServiceAttempt",
    "SignMark",
    "StaffSession",
    "Subject",
    "SubjectDocument",
    "SubjectName",
    "Subscriber",
    "SyncRun",
    "ViewKey",
]
