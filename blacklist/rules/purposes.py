"""What a person may want to do, as agencies ask it; the bits are written down here for good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from blacklist.errors import Fault, InvalidError

RESERVED_BIT = 30


class StaleMiss(StrEnum):
    """What an agency does when its stale copy has no hit and the registry is out of reach."""

    PROCEED = "proceed"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose. `bit` (0 to 29) is never reused; `hold_minutes` and `grace_hours` are agencies' defaults."""

    code: str
    bit: int
    name: str
    name_english: str
    hold_minutes: int = 30
    stale_miss: StaleMiss = StaleMiss.PROCEED
    grace_hours: int = 24
    name_required: bool = False


_ROWS = (
    Purpose("rail_high_class", 0, "乘坐高铁动车、列车软卧等", "High-speed rail and soft sleepers"),
    Purpose("air_travel", 1, "乘坐飞机", "Air travel"),
    Purpose("ship_second_class", 2, "乘坐轮船二等以上舱位", "Second class and above on ships"),
    Purpose("exit_border", 3, "出境", "Leaving the country", stale_miss=StaleMiss.HOLD),
    Purpose("star_hotel", 4, "星级宾馆、夜总会、高尔夫球场等高消费", "Star hotels, night clubs, golf courses"),
    Purpose("real_estate_purchase", 5, "购买不动产、新建扩建或者高档装修房屋", "Buying or luxury-fitting real estate"),
    Purpose("office_lease", 6, "租赁高档写字楼、宾馆、公寓办公", "Renting high-grade offices"),
    Purpose("vehicle_purchase", 7, "购买非经营必需车辆", "Buying vehicles not needed for business"),
    Purpose("tourism", 8, "旅游、度假", "Tourism and holidays"),
    Purpose("private_school", 9, "子女就读高收费私立学校", "High-fee private schools for children"),
    Purpose("insurance_investment", 10, "支付高额保费购买保险理财产品", "High-premium investment insurance"),
    Purpose("bank_credit", 11, "申请贷款、授信", "Bank credit"),
    Purpose("securities_market", 12, "证券市场准入与发行", "Securities market"),
    Purpose("financial_institution", 13, "设立、持股金融类机构", "Founding or holding financial institutions"),
    Purpose("company_officer", 14, "担任公司董事、监事、高级管理人员", "Company directors, supervisors, officers"),
    Purpose("soe_officer", 15, "担任国有企业高级管理人员", "Officers of state-owned enterprises"),
    Purpose("company_registration", 16, "公司登记事项", "Company registration"),
    Purpose("government_procurement", 17, "参加政府采购", "Government procurement"),
    Purpose("tender", 18, "参加招标投标", "Tenders"),
    Purpose("land_and_resources", 19, "取得土地与自然资源使用权", "Land and natural resources"),
    Purpose("administrative_licence", 20, "行政许可", "Administrative licences"),
    Purpose("food_drug_licence", 21, "食品药品行业许可", "Food and drug licences"),
    Purpose("hazardous_licence", 22, "危险化学品、烟花爆竹、矿山等许可", "Hazardous trades' licences"),
    Purpose("subsidy", 23, "申请财政性资金与补贴", "Public subsidies"),
    Purpose("tax_preference", 24, "享受税收优惠", "Tax preferences"),
    Purpose("customs_certification", 25, "海关企业认证", "Customs certification"),
    Purpose("civil_service", 26, "录用、聘用为公务人员", "Recruitment into the civil service"),
    Purpose("public_office", 27, "担任人大代表、政协委员等", "Deputies and similar public offices"),
    Purpose("honours", 28, "参加评先评优、荣誉表彰", "Honours and awards"),
    Purpose("asset_transfer", 29, "财产权转移登记", "Registration of asset transfers", stale_miss=StaleMiss.HOLD),
)
PURPOSES: Mapping[str, Purpose] = MappingProxyType({row.code: row for row in _ROWS})


def get_purpose(code: str) -> Purpose:
    """Return the purpose of that code.

    Basis: OPIN.

    Raises:
        InvalidError: there is no such purpose (`unknown-purpose`).
    """
    purpose = PURPOSES.get(code)
    if purpose is None:
        detail, english = "没有这一事项。", "There is no such purpose."
        raise InvalidError(detail, english, errors=(Fault("/purpose", "unknown-purpose", detail, english),))
    return purpose


def bits_of(codes: Iterable[str]) -> int:
    """Return the bits of these purposes, united.

    Raises:
        InvalidError: there is no such purpose (`unknown-purpose`).
    """
    bits = 0
    for code in codes:
        bits |= 1 << get_purpose(code).bit
    return bits
