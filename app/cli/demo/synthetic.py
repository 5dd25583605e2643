"""Invented people, organisations, cases and courts in any number, the same for the same seed.

Personal numbers begin with 7101, which no resident number bears; the court words exist nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random  # noqa: TID251 - nothing secret: the same seed must give the same people
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.identity.check_digits import org_check, resident_check, uscc_check
from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.importing.columns import Cells
from blacklist.importing.reading import Row
from blacklist.importing.rows import ImportedRow, RowReader
from blacklist.importing.writing import BatchWriter, CourtPlace, Deciders
from blacklist.models import Court
from blacklist.services.appending import append_in_force

BATCH_ROWS: Final = 5_000
UNIT_SHARE: Final = 0.18


@dataclass(frozen=True, slots=True)
class SyntheticCourt:
    """An invented court: its word in case numbers, its name, its region."""

    code: str
    name: str
    region: str


COURTS: Final = (
    SyntheticCourt("京0199", "示例市示范区人民法院", "北京"),
    SyntheticCourt("京0198", "示例市新城区人民法院", "北京"),
    SyntheticCourt("沪0197", "虚构市河口区人民法院", "上海"),
    SyntheticCourt("沪99", "虚构市中级人民法院", "上海"),
)
_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔"
    "谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武莫孔䶮㛃"
)
_DOUBLE_SURNAMES: Final = ("欧阳", "司马", "上官", "诸葛", "令狐")
_GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰红文志国建春梅子涵雨轩浩宇梓诗怡晨曦燊喆翊珺㛃䶮垚焱堃晗"
    "昱琪瑶桐霖淼𬭎𬱖𫖯"
)
_MINORITY: Final = ("次仁·卓玛", "阿依古丽·艾合买提", "买买提·吐尔逊", "扎西·顿珠", "古丽娜尔·阿不都", "巴特尔·苏和")
_UNIT_NAMES: Final = ("恒达", "瑞丰", "中天", "宏远", "金鼎", "新源", "嘉禾", "博雅", "鑫㛃", "永盛")
_TRADES: Final = ("商贸", "物流", "建筑工程", "置业", "科技", "餐饮管理", "装饰", "农业开发")
_FORMS: Final = ("有限公司", "有限责任公司", "股份有限公司", "（有限合伙）")
_GROUNDS: Final = (
    "有履行能力而拒不履行生效法律文书确定义务",
    "违反财产报告制度",
    "违反限制消费令",
    "无正当理由拒不履行执行和解协议",
    "伪造证据、暴力、威胁等方法妨碍、抗拒执行",
    "以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行",
    "有履行能力而拒不履行生效法律文书确定义务,违反财产报告制度",
)
_AUTHORITY_LETTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PERSON_PLACES: Final = 100 * 63 * 366 * 999


def synthetic_rows(count: int, *, seed: int, on: date) -> Iterator[Cells]:
    """Yield rows in the shape of the public list's exports, valid on `on`; no two share a document or a case."""
    random = Random(seed)  # noqa: S311 - see the module's head
    # Steps by an odd prime visit every number once before any comes twice.
    place = random.randrange(_PERSON_PLACES)
    # Seeds below twenty share no case and no unit, up to a million rows each.
    first = seed * 1_000_000 % 20_000_000 + 1
    for number in range(first, first + count):
        place = (place + 1_000_003) % _PERSON_PLACES
        unit = random.random() < UNIT_SHARE
        yield _row(number, place, random, unit=unit, on=on)


def _row(number: int, place: int, random: Random, *, unit: bool, on: date) -> Cells:
    court = COURTS[number % len(COURTS)]
    decided_on = on - timedelta(days=random.randrange(1, 900))
    filed_on = decided_on - timedelta(days=random.randrange(20, 200))
    amount = int(10 ** random.uniform(3, 7))
    if unit:
        name, document, sex, age = _unit_name(number, random), _credit_code(number), "", "0"
    else:
        name = _person_name(random)
        document, sex, born = _resident_number(place, on=on)
        age = str(on.year - born.year)
    case_type = "执恢" if number % 7 == 0 else "执"
    return Cells(
        iname=name,
        sexy=sex,
        age=age,
        cardNum=document,
        businessEntity=_person_name(random) if unit else "",
        courtName=court.name,
        areaName=court.region,
        partyTypeName="1" if unit else "0",
        caseCode=f"（{decided_on.year}）{court.code}{case_type}{number}号",
        gistId=f"（{filed_on.year}）{court.code}民初{number % 99_999 + 1}号",
        gistUnit=court.name,
        regDate=filed_on.strftime("%Y%m%d"),
        publishDate=f"{decided_on.year}年{decided_on.month:02}月{decided_on.day:02}日",
        duty=f"被告于判决生效后十日内偿还原告{_person_name(random)}借款本金{amount}元及利息。",
        performance="全部未履行" if random.random() < 0.7 else "部分未履行",
        performedPart="暂无",
        unperformPart=f"{amount}元",
        disruptTypeName=_GROUNDS[random.randrange(len(_GROUNDS))],
    )


def _person_name(random: Random) -> str:
    draw = random.random()
    if draw < 0.02:
        return _MINORITY[int(draw * 50 * len(_MINORITY))]
    surname = _DOUBLE_SURNAMES[int(draw * 1000) % 5] if draw < 0.04 else _SURNAMES[random.randrange(len(_SURNAMES))]
    given = _GIVEN[random.randrange(len(_GIVEN))]
    return surname + given + (_GIVEN[random.randrange(len(_GIVEN))] if draw < 0.75 else "")


def _unit_name(number: int, random: Random) -> str:
    branch = f"第{number % 90 + 1}分公司" if number % 11 == 0 else ""
    words = random.choice(_UNIT_NAMES), random.choice(_TRADES), random.choice(_FORMS)
    return "虚构" + "".join(words) + branch


def _resident_number(place: int, *, on: date) -> tuple[str, str, date]:
    """Return number, sex and birth date of the person at a place; ages are 20 to 80 years."""
    rest, serial = divmod(place, 999)
    rest, day = divmod(rest, 366)
    area, years = divmod(rest, 61)
    # Three years are the oldest decision's age: nobody was a minor then.
    born = date(on.year - 20 - years, 1, 1) - timedelta(days=day)
    body = f"7101{area % 100:02}{born:%Y%m%d}{serial + 1:03}"
    return body + resident_check(body), "男性" if (serial + 1) % 2 else "女性", born


def _credit_code(number: int) -> str:
    """Return the credit code of the unit with a number, with a sound organisation code in it."""
    letters, rest = [], number
    for _ in range(5):
        rest, digit = divmod(rest, len(_AUTHORITY_LETTERS))
        letters.append(_AUTHORITY_LETTERS[digit])
    code = "MA0" + "".join(reversed(letters))
    check = org_check(code)
    body = f"91710100{code}{check}"
    return body + uscc_check(body)


def load_synthetic(
    session: Session,
    *,
    orders: int,
    seed: int,
    vault: Vault,
    persons: Deciders,
    at: datetime,
    commit: Callable[[Session], None],
    progress: Callable[[int, int], None] | None = None,
    parent_id: int | None = None,
) -> int:
    """Write `orders` synthetic listings straight into the tables, each with a subject of its own; return how many.

    `commit` is called after every batch. `at` is aware, in Asia/Shanghai. `parent_id` is the upper court of courts
    made here.
    """
    places = _courts(session, parent_id)
    writer = BatchWriter(session, vault=vault, persons=persons, at=at)
    rows = _checked(orders, seed=seed, on=at.date())
    written = 0
    while batch := list(islice(rows, BATCH_ROWS)):
        written += writer.write(batch, courts=places)
        append_in_force(session, writer.in_force, at=at, vault=vault)
        commit(session)
        if progress is not None:
            progress(written, orders)
    return written


def _checked(count: int, *, seed: int, on: date) -> Iterator[ImportedRow]:
    """Pass every row through the importer's own checks: a generator that writes nonsense fails here."""
    reader = RowReader(on=on)
    for line, cells in enumerate(synthetic_rows(count, seed=seed, on=on), 1):
        checked = reader.check(Row(line, cells))
        if checked is None:
            raise ValueError(f"synthetic row {line} is not valid: {reader.faults[-1].code}")
        yield checked


def _courts(session: Session, parent_id: int | None) -> dict[str, CourtPlace]:
    """Return the invented courts, made where they are missing."""
    present = {court.code: court for court in session.scalars(select(Court))}
    for court in COURTS:
        if court.code not in present:
            made = Court(id=new_id(), code=court.code, name=court.name, region=court.region, parent_id=parent_id)
            session.add(made)
            present[court.code] = made
    session.flush()
    return {court.code: CourtPlace(present[court.code].id, present[court.code].region) for court in COURTS}
