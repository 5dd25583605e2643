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
    "AgencyKey",
    "AgencyPurpose",
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
    "ImportRun",
    "KeptAnswer",
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
    "RoleGrant",
    "ServiceAttempt",
    "SignMark",
    "StaffSession",
    "Subject",
    "SubjectDocument",
    "SubjectName",
    "SyncRun",
]
