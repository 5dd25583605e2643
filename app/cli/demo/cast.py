"""Who appears in the demo: courts, staff, agencies, and the sandbox subjects of `api.md` §8. All are invented."""

from __future__ import annotations

from dataclasses import dataclass

from blacklist.actors import Role

HIGH_COURT = "京"
HOME_COURT = "京0199"


@dataclass(frozen=True, slots=True)
class DemoCourt:
    """An invented court."""

    code: str
    name: str
    region: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A login of the demo."""

    username: str
    name: str
    court: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class DemoAgency:
    """An agency of the demo."""

    name: str
    title: str
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SandboxSubject:
    """A fixed subject: name and documents as (type, number, country)."""

    name: str
    documents: tuple[tuple[str, str, str | None], ...]
    representative: str | None = None


COURTS = (
    DemoCourt("京", "示例省高级人民法院", "示例省", None),
    DemoCourt("京0199", "示例市示范区人民法院", "示例省", "京"),
    DemoCourt("京0198", "示例市新城区人民法院", "示例省", "京"),
    DemoCourt("沪99", "虚构市中级人民法院", "虚构省", None),
    DemoCourt("沪0197", "虚构市河口区人民法院", "虚构省", "沪99"),
)

USERS = (
    DemoUser("clerk", "演示书记员", "京0199", (Role.CLERK,)),
    DemoUser("checker", "演示核验人", "京0199", (Role.CHECKER,)),
    DemoUser("president", "演示院领导", "京0199", (Role.PRESIDENT,)),
    DemoUser("reviewer", "演示审查人", "京0199", (Role.REVIEWER,)),
    DemoUser("reviewer_high", "高院审查人", "京", (Role.CLERK, Role.REVIEWER)),
    DemoUser("president_high", "高院院领导", "京", (Role.PRESIDENT,)),
    DemoUser("clerk2", "新城书记员", "京0198", (Role.CLERK,)),
    DemoUser("president2", "新城院领导", "京0198", (Role.CHECKER, Role.PRESIDENT)),
)

AGENCIES = (
    DemoAgency("air.example", "示例航旅", ("air_travel", "rail_high_class")),
    DemoAgency("border.example", "示例口岸", ("exit_border",)),
    DemoAgency("bank.example", "示例银行", ("bank_credit",)),
    DemoAgency("market.example", "示例市场监管", ("company_officer", "company_registration")),
)


def _person(name: str, number: str, *passports: str) -> SandboxSubject:
    documents = (("resident_id", number, None), *(("passport", one, "CHN") for one in passports))
    return SandboxSubject(name, documents)


JIA = _person("测试甲", "11010519491231002X", "E00000001")
JIA_NAMESAKE = _person("测试甲", "71010019700101002X")
YI = _person("测试乙", "34052419800101001X")
BING = _person("测试丙", "710100198507210031")
DING = _person("测试丁", "710100199202290047")
WU = _person("测试戊", "710100197808150058")
JI = _person("测试己", "710100196603010065")
GENG = _person("测试庚", "710100198811110078", "E00000007", "EL0000007")
XIN = _person("测试辛·吐尔逊", "710100199512310082")
REN = _person("测试壬", "710100197205180098")
GUI = _person("测试癸", "710100198006060100")
ZI = _person("测试子", "710100199109100114")
UNIT_ONE = SandboxSubject("测试一号有限公司", (("uscc", "91350100M000100Y43", None),), "测试壬")
UNIT_TWO = SandboxSubject("测试二号有限公司", (("uscc", "91710100MA0000007L", None),))

# Registered, with nothing against them.
WITHOUT_ORDERS = (JIA_NAMESAKE, YI, UNIT_TWO)
