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
from blacklist.models.courts import Court, Person, RoleGrant
from blacklist.models.orders import Case, CourtTask, Order, OrderBinding, Proposal, ServiceAttempt
from blacklist.models.publications import Publication, PublicationBigram
from blacklist.models.records import AuditEntry, AuditHead, ImportRun, KeptAnswer, RegistryFact, SyncRun
from blacklist.models.subjects import Subject, SubjectDocument, SubjectName

__all__ = [
    "Account",
    "Agency",
    "AgencyKey",
    "AgencyPurpose",
    "AuditEntry",
    "AuditHead",
    "Base",
    "Case",
    "Check",
    "CheckOutcome",
    "Court",
    "CourtTask",
    "ImportRun",
    "KeptAnswer",
    "Order",
    "OrderBinding",
    "Person",
    "Proposal",
    "Publication",
    "PublicationBigram",
    "QuotaDay",
    "QuotaSubject",
    "RateBucket",
    "RegistryFact",
    "RoleGrant",
    "ServiceAttempt",
    "StaffSession",
    "Subject",
    "SubjectDocument",
    "SubjectName",
    "SyncRun",
]
