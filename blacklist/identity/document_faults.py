"""What is wrong with a document number, one code a kind, in Chinese and English; the number is never repeated."""

from __future__ import annotations

from typing import Final

from blacklist.errors import InvalidDocumentError
from blacklist.identity.grammars import MASKED, SPREADSHEET, WRITABLE, DocumentType, Grammar

TITLES: Final = {
    DocumentType.RESIDENT_ID: ("居民身份证", "resident identity card"),
    DocumentType.FOREIGNER_ID: ("外国人永久居留身份证", "foreigner's permanent residence card"),
    DocumentType.HMT_RESIDENCE: ("港澳台居民居住证", "residence permit of a Hong Kong, Macao or Taiwan resident"),
    DocumentType.HM_PERMIT: ("港澳居民来往内地通行证", "travel permit of a Hong Kong or Macao resident"),
    DocumentType.TW_PERMIT: ("台湾居民来往大陆通行证", "travel permit of a Taiwan resident"),
    DocumentType.PASSPORT: ("护照", "passport"),
    DocumentType.USCC: ("统一社会信用代码", "unified social credit code"),
    DocumentType.ORG_CODE: ("组织机构代码", "organisation code"),
}

_TEXTS: Final = {
    "missing": ("请填写{0}号码", "The number of the {1} is missing"),
    "destroyed-by-spreadsheet": (
        "{0}号码已被电子表格软件破坏（科学计数或尾数归零），无法还原，请把该列设为文本后重新录入原号码",
        "A spreadsheet has destroyed the number of the {1}; it cannot be restored: "
        "format the column as text and enter the number again",
    ),
    "masked-number": (
        "{0}号码经过遮盖，不能识别身份，请提供完整号码",
        "The number of the {1} is masked and identifies nobody; give the full number",
    ),
    "letter-for-digit": (
        "{0}号码中应为数字的位置出现了形似数字的字母（O、I 或 L），请改为数字 0 或 1",
        "The number of the {1} has a letter that looks like a digit (O, I or L) where a digit belongs",
    ),
    "bad-length": ("{0}号码的位数不正确", "The number of the {1} has the wrong length"),
    "bad-characters": (
        "{0}号码含有不允许的字符，或者字符位置不正确",
        "The number of the {1} has characters that do not belong there",
    ),
    "bad-birth-date": (
        "{0}号码中的出生日期不存在、晚于今天或者早于1850年",
        "The date of birth in the number of the {1} does not exist, lies in the future or before 1850",
    ),
    "bad-check-digit": (
        "{0}号码的校验码不正确，请核对",
        "The check digit of the {1} is wrong; compare the number again",
    ),
    "wrong-type": ("该号码不是{0}号码，请核对证件类型", "This is no number of a {1}; check the type of document"),
}


def fault(code: str, kind: DocumentType) -> InvalidDocumentError:
    """Return the refusal of a number of that type."""
    chinese, english = _TEXTS[code]
    titles = TITLES[kind]
    return InvalidDocumentError(code, chinese.format(*titles), english.format(*titles))


def unknown_type() -> InvalidDocumentError:
    """Return the refusal of a document type that does not exist."""
    return InvalidDocumentError(
        "unknown-type", "不支持该证件类型", "There is no such type of document", pointer="/document/type"
    )


def bad_country() -> InvalidDocumentError:
    """Return the refusal of a passport without an issuing country's ISO 3166 alpha-3 code."""
    return InvalidDocumentError(
        "bad-country",
        "护照须注明签发国家或者地区的三位字母代码（ISO 3166）",
        "A passport needs its issuing country as an ISO 3166 alpha-3 code",
        pointer="/document/country",
    )


def shape_fault(number: str, kind: DocumentType, grammar: Grammar) -> InvalidDocumentError:
    """Name what keeps a number in normal form from matching its grammar, the likeliest mishap first."""
    if not number:
        return fault("missing", kind)
    if SPREADSHEET.fullmatch(number):
        return fault("destroyed-by-spreadsheet", kind)
    if MASKED.search(number):
        return fault("masked-number", kind)
    if grammar.loose.fullmatch(number):
        return fault("letter-for-digit", kind)
    if WRITABLE.fullmatch(number) and len(number) not in grammar.lengths:
        return fault("bad-length", kind)
    return fault("bad-characters", kind)
