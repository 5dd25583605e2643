"""Sums of money in yuan (CNY): reading what people write, and the formal Chinese numerals of legal papers."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from blacklist.errors import Fault, InvalidError

MOST_YUAN = Decimal("999999999999.99")
_FORM = re.compile(
    r"(?:人民币|RMB|CNY|¥)?(?P<number>\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?P<part>\.\d{1,8})?(?P<unit>万|W|亿)?(?:圆|元)?整?",
    re.ASCII,
)
_UNITS = {None: Decimal(1), "万": Decimal(10_000), "W": Decimal(10_000), "亿": Decimal(100_000_000)}
_CENT = Decimal("0.01")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_GROUPS = ("", "万", "亿")


def _refusal() -> InvalidError:
    detail, english = "金额无法识别。", "Not an amount of money."
    return InvalidError(detail, english, errors=(Fault("", "bad-money", detail, english),))


def parse_money(text: str) -> Decimal:
    """Return the sum a text names, in yuan with two decimals: `33万`, `33w`, `￥330,000.00`, `4002062元`.

    Basis: LIST 6.

    Raises:
        InvalidError: no sum, a negative one, parts of a cent, or a trillion yuan and more. Nothing is rounded.
    """
    found = _FORM.fullmatch("".join(unicodedata.normalize("NFKC", text[:64]).split()).upper())
    if found is None or len(text) > 64:
        raise _refusal()
    number = found["number"].replace(",", "") + (found["part"] or "")
    sum_ = Decimal(number) * _UNITS[found["unit"]]
    if sum_ != sum_.quantize(_CENT) or sum_ > MOST_YUAN:
        raise _refusal()
    return sum_.quantize(_CENT)


def _whole_in_words(whole: int) -> str:
    words = ""
    pending_zero = False
    digits = f"{whole:012d}"
    for index, character in enumerate(digits):
        digit = int(character)
        if digit:
            words += ("零" if pending_zero and words else "") + _DIGITS[digit] + _PLACES[index % 4]
            pending_zero = False
        else:
            pending_zero = True
        # A group of four that is empty has no name of its own: 壹亿元, never 壹亿万元. Noughts that end a group
        # are not read: 肆佰万贰仟元.
        if index % 4 == 3 and int(digits[index - 3 : index + 1]):
            words += _GROUPS[2 - index // 4]
            pending_zero = False
    return words


def money_in_words(amount: Decimal) -> str:
    """Return a sum in formal numerals (大写): `叁拾叁万元整`, `壹仟零伍元零叁分`.

    Basis: LIST 6.

    Raises:
        ValueError: negative, parts of a cent, or a trillion yuan and more.
    """
    if not amount.is_finite() or amount < 0 or amount > MOST_YUAN or amount != amount.quantize(_CENT):
        raise ValueError("a sum is 0.00 to 999999999999.99 yuan, in whole cents")
    whole, cents = divmod(int(amount * 100), 100)
    tens, ones = divmod(cents, 10)
    words = f"{_whole_in_words(whole)}元" if whole else ""
    if not cents:
        return f"{words or '零元'}整"
    if tens:
        # A sum that ends its yuan in a nought reads the nought before the tenths.
        words += ("零" if whole and whole % 10 == 0 else "") + f"{_DIGITS[tens]}角"
    elif whole:
        words += "零"
    return words + (f"{_DIGITS[ones]}分" if ones else "整")
