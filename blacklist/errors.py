"""Six kinds of refusal. The domain says what kind of no it is; only the doors know that a no has a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One located fault of an input.

    `pointer` is a JSON pointer (RFC 6901) into the input, "" for the whole; `code` is kebab-case and stable;
    `detail` is Chinese, `english` the same in English. None of them ever holds the value that was sent.
    """

    pointer: str
    code: str
    detail: str
    english: str


class RegistryError(Exception):
    """Base of all refusals. `detail` (Chinese) and `english` are safe to show; `facts` are for the log."""

    code: ClassVar[str] = "registry-error"
    title: ClassVar[str] = "登记系统拒绝了该请求"
    title_english: ClassVar[str] = "The registry refused the request"

    def __init__(self, detail: str, english: str = "", *, errors: tuple[Fault, ...] = (), **facts: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.english = english or detail
        self.errors = errors
        self.facts = facts


class InvalidError(RegistryError):
    """The input breaks a rule, whatever the registry's state."""

    code = "invalid"
    title = "输入不符合要求"
    title_english = "The input is not valid"


class ForbiddenError(RegistryError):
    """The actor is known, and may not."""

    code = "forbidden"
    title = "没有权限"
    title_english = "Not allowed"


class NotFoundError(RegistryError):
    """Absent, or not visible to this asker; the two cannot be told apart from outside."""

    code = "not-found"
    title = "未找到"
    title_english = "Not found"


class ConflictError(RegistryError):
    """Sound once, not in the present state."""

    code = "conflict"
    title = "与当前状态冲突"
    title_english = "In conflict with the present state"


class GoneError(RegistryError):
    """Was here and never comes back."""

    code = "gone"
    title = "已不再提供"
    title_english = "No longer here"


class UnavailableError(RegistryError):
    """The registry cannot answer for certain now; try again later."""

    code = "unavailable"
    title = "暂时无法确定"
    title_english = "Unknown for the moment"


class TransitionError(ConflictError):
    """The life cycle has no such step from the present state."""

    code = "not-in-this-state"
    title = "当前状态下不能进行此操作"
    title_english = "Not possible in the present state"


class StaleVersionError(ConflictError):
    """Somebody changed the thing since the actor looked at it."""

    code = "stale-version"
    title = "内容已被他人修改"
    title_english = "Changed by somebody else meanwhile"


class SamePersonError(ForbiddenError):
    """Two different persons act on every order; a second account is not a second person."""

    code = "same-person"
    title = "须由另一人办理"
    title_english = "Another person must act"


class WrongCourtError(ForbiddenError):
    """Only the deciding court acts on its orders."""

    code = "wrong-court"
    title = "不属于本院"
    title_english = "Another court's matter"


class MissingRoleError(ForbiddenError):
    """The actor does not hold the role this act asks for."""

    code = "missing-role"
    title = "缺少办理该事项的岗位权限"
    title_english = "The role for this act is missing"


class ExclusionError(InvalidError):
    """The law forbids this order (hard stop); `facts` name the article."""

    code = "excluded-by-law"
    title = "依法不得作出该决定"
    title_english = "The law forbids this order"


class InvalidDocumentError(InvalidError):
    """A document number that cannot be one. `code` of its one fault tells which rule failed."""

    code = "invalid-document"
    title = "证件号码有误"
    title_english = "Not a valid document number"

    def __init__(self, fault_code: str, detail: str, english: str, *, pointer: str = "/document/number") -> None:
        super().__init__(detail, english, errors=(Fault(pointer, fault_code, detail, english),))
        self.fault_code = fault_code
