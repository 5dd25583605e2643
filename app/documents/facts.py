"""What a paper needs to know: the parts that several kinds share, and the search for what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from app.documents.errors import MissingFactsError
from blacklist.rules.lifecycle import OrderKind
from blacklist.vocabulary import SubjectKind


def fact(name: str, *, default: Any = "", optional: bool = False, default_factory: Any = MISSING) -> Any:
    """Declare a fact by its Chinese name. One that is not optional stops the paper while it is empty."""
    metadata = {"name": name, "optional": optional}
    if default_factory is not MISSING:
        return field(default_factory=default_factory, metadata=metadata)
    return field(default=default, metadata=metadata)


def date_fact(name: str, *, optional: bool = False) -> Any:
    """Declare a day by its Chinese name."""
    return fact(name, default=None, optional=optional)


class Part:
    """A group of facts; `also_missing` names what only some cases need, as (field, Chinese name)."""

    __slots__ = ()

    def also_missing(self) -> tuple[tuple[str, str], ...]:
        """Return the facts that this case needs beside the plain ones, and lacks."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head(Part):
    """What stands on every paper.

    `number` is the paper's own; `code` and `url` let anybody verify it; `contact` is the court's telephone.
    """

    number: str = fact("文书编号")
    court: str = fact("法院名称")
    case_number: str = fact("案号")
    decided_on: date | None = date_fact("成文日期")
    contact: str = fact("法院联系方式")
    code: str = fact("核验码")
    url: str = fact("核验网址")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature(Part):
    """Who signed a decision: the court's president."""

    signed_by: str = fact("签发人")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party(Part):
    """A person or unit as a paper names it.

    `number` is full in what is served on the person and masked in what is shown to others; the caller chooses.
    `document` is the document's Chinese title. `role` says why an order binds a person who is not the debtor.
    """

    kind: SubjectKind = fact("主体类别", default=SubjectKind.NATURAL)
    name: str = fact("姓名或者名称")
    sex: str = fact("性别", optional=True)
    born_on: date | None = date_fact("出生日期", optional=True)
    document: str = fact("证件种类")
    number: str = fact("证件号码")
    representative: str = fact("法定代表人或者主要负责人", optional=True)
    role: str = fact("受限制的身份", optional=True)

    @property
    def is_unit(self) -> bool:
        """Tell whether it is a legal person or other organisation."""
        return self.kind is SubjectKind.ORGANISATION

    def lacks(self, pointer: str, owner: str) -> tuple[tuple[str, str], ...]:
        """Return what a decision against it needs: a unit's head, a person's sex and birth date (LIST 6)."""
        person: tuple[tuple[str, str, object], ...] = (
            ("sex", "性别", self.sex),
            ("born_on", "出生日期", self.born_on),
        )
        unit = (("representative", "法定代表人或者主要负责人", self.representative),)
        needed = unit if self.is_unit else person
        return tuple((f"{pointer}/{key}", f"{owner}的{name}") for key, name, value in needed if not value)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementCase(Part):
    """The case in which an order is made, and the instrument that is enforced."""

    filed_on: date | None = date_fact("立案日期")
    basis_maker: str = fact("执行依据的作出单位")
    basis_number: str = fact("执行依据文号")
    creditor: str = fact("申请执行人", optional=True)
    duty: str = fact("生效法律文书确定的义务")
    performance: str = fact("履行情况")
    amount_due: Decimal | None = fact("应履行金额", default=None, optional=True)
    amount_performed: Decimal | None = fact("已履行金额", default=None, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReference(Part):
    """The decision that a later paper tells of."""

    kind: OrderKind = fact("决定种类", default=OrderKind.LISTING)
    number: str = fact("原决定文书编号")
    decided_on: date | None = date_fact("原决定作出日期")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts(Part):
    """Base of all papers. `kind` is the code of the paper's kind, at most 24 characters."""

    kind: ClassVar[str]
    head: Head = fact("文书首部", default_factory=Head)


def _is_empty(value: object) -> bool:
    return value is None or value == () or (isinstance(value, str) and not value.strip())


def _missing(part: Any, pointer: str, owner: str) -> Iterator[tuple[str, str]]:
    for one in fields(part):
        value, name = getattr(part, one.name), one.metadata.get("name", one.name)
        here = f"{pointer}/{one.name}"
        if is_dataclass(value):
            yield from _missing(value, here, "" if isinstance(value, Head | Signature) else name)
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            for index, each in enumerate(value):
                yield from _missing(each, f"{here}/{index}", f"{name}（第{index + 1}项）")
        elif not one.metadata.get("optional") and _is_empty(value):
            yield here, f"{owner}的{name}" if owner else name
    for key, name in part.also_missing():
        yield f"{pointer}/{key}", f"{owner}的{name}" if owner else name


def missing_facts(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return what a paper lacks, as (JSON pointer, Chinese name), in the order of the paper."""
    return tuple(_missing(facts, "", ""))


def require_facts(facts: Facts) -> None:
    """Refuse facts with a blank.

    Raises:
        MissingFactsError: naming every missing fact.
    """
    missing = missing_facts(facts)
    if missing:
        raise MissingFactsError(missing)
