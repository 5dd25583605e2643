"""Document numbers: sandbox subjects, faults one by one, and written variants as classes of equals."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blacklist.errors import InvalidDocumentError
from blacklist.identity.check_digits import USCC_ALPHABET, org_check, resident_check, uscc_check
from blacklist.identity.countries import COUNTRY_CODES
from blacklist.identity.documents import (
    Document,
    DocumentType,
    derived_documents,
    guess_document_type,
    parse_document,
)
from blacklist.vocabulary import Sex, SubjectKind

TODAY = date(2026, 11, 24)
KNOWN = "11010519491231002X"

SANDBOX = [
    ("resident_id", KNOWN),
    ("resident_id", "34052419800101001X"),
    *(
        ("resident_id", number)
        for number in (
            "71010019700101002X",
            "710100198507210031",
            "710100199202290047",
            "710100197808150058",
            "710100196603010065",
            "710100198811110078",
            "710100199512310082",
            "710100197205180098",
            "710100198006060100",
            "710100199109100114",
        )
    ),
    ("uscc", "91350100M000100Y43"),
    ("uscc", "91710100MA0000007L"),
    ("uscc", "91110000600037341L"),
    ("org_code", "M000100Y4"),
    ("hmt_residence", "810000199001010019"),
    ("hmt_residence", "820000199001010029"),
    ("hmt_residence", "830000199001010039"),
    ("foreigner_id", "911124198108030024"),
    ("foreigner_id", "USA110080030123"),
    ("hm_permit", "H12345678"),
    ("hm_permit", "M1234567801"),
    ("tw_permit", "12345678"),
    ("tw_permit", "1234567801"),
]


def parse(type_: str, number: str, country: str | None = None) -> Document:
    return parse_document(type_, number, country=country, today=TODAY)


def fault_of(type_: str, number: str, country: str | None = None) -> str:
    with pytest.raises(InvalidDocumentError) as caught:
        parse(type_, number, country)
    error = caught.value
    assert len(error.errors) == 1
    if len(number) > 3:
        assert number not in f"{error} {error.english} {error.errors}"
    assert error.detail != error.english
    return error.fault_code


@pytest.mark.parametrize(("type_", "number"), SANDBOX)
def test_sound_numbers_come_back_as_they_are(type_: str, number: str) -> None:
    document = parse(type_, number)
    assert (document.type, document.number) == (type_, number)
    assert number not in f"{document} {document!r}"
    if type_ != "tw_permit" or len(number) == 8:
        assert guess_document_type(number) == type_


@pytest.mark.parametrize(
    "number", ["E00000001", "E00000007", "EL0000007", "G12345678", "D1234567", "SE1234567", "P12345678"]
)
def test_chinese_passports(number: str) -> None:
    assert parse("passport", number, "CHN").key == b"3|CHN|" + number.encode()


def test_foreign_passports_have_a_wide_grammar() -> None:
    assert parse("passport", "ab 123456", "gbr") == Document(DocumentType.PASSPORT, "AB123456", "GBR")
    assert fault_of("passport", "AB12", "GBR") == "bad-length"
    assert fault_of("passport", "X12345678", "CHN") == "bad-characters"
    assert fault_of("passport", "EO0000007", "CHN") == "letter-for-digit"
    for country in (None, "", "CN", "XXX", "中国"):
        assert fault_of("passport", "E00000001", country) == "bad-country"
    assert len(COUNTRY_CODES) == 249


@pytest.mark.parametrize(
    ("type_", "number", "code"),
    [
        ("resident_id", KNOWN[:-1] + "1", "bad-check-digit"),
        ("resident_id", "", "missing"),
        ("resident_id", "\u3000 ", "missing"),
        ("resident_id", "7.10101E+17", "destroyed-by-spreadsheet"),
        ("resident_id", "7.10101196503238e+17", "destroyed-by-spreadsheet"),
        ("resident_id", "710101198001011000.0", "destroyed-by-spreadsheet"),
        ("resident_id", "710101198001011000", "destroyed-by-spreadsheet"),
        ("resident_id", "7101081967****8683", "masked-number"),
        ("resident_id", "7101081967＊＊＊＊8683", "masked-number"),
        ("resident_id", "710108XXXXXXXX8683", "masked-number"),
        ("resident_id", "71O108196704218683", "letter-for-digit"),
        ("resident_id", "7l0108196704218683", "letter-for-digit"),
        ("resident_id", KNOWN[:-2] + "X", "bad-length"),
        ("resident_id", "1" * 500, "bad-length"),
        ("resident_id", "11010519491231002\u0425", "bad-characters"),
        ("resident_id", KNOWN + "\u200b", "bad-characters"),
        ("resident_id", "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", "bad-characters"),
        ("resident_id", "1101051949123\u01311002X", "bad-characters"),
        ("resident_id", "110105194913310021", "bad-birth-date"),
        ("resident_id", "110105202611250022", "bad-birth-date"),
        ("resident_id", "110105184912310021", "bad-birth-date"),
        ("resident_id", "810000900101001", "bad-length"),
        ("hmt_residence", KNOWN, "wrong-type"),
        ("foreigner_id", KNOWN, "wrong-type"),
        ("hmt_residence", "810000199001010018", "bad-check-digit"),
        ("foreigner_id", "911124198108030025", "bad-check-digit"),
        ("uscc", "91350100M000100Y4Z", "bad-characters"),
        ("uscc", "91350100M000100Y44", "bad-check-digit"),
        ("uscc", "9135O100M000100Y43", "letter-for-digit"),
        ("uscc", "91350100MOOO100Y43", "letter-for-digit"),
        ("org_code", "M000100Y5", "bad-check-digit"),
        ("org_code", "M000-100Y4", "bad-characters"),
        ("hm_permit", "H1234567", "bad-length"),
        ("hm_permit", "HO2345678", "letter-for-digit"),
        ("tw_permit", "123456789", "bad-length"),
        ("driving_licence", "1", "unknown-type"),
    ],
)
def test_every_fault_has_its_code(type_: str, number: str, code: str) -> None:
    assert fault_of(type_, number) == code


def test_a_birth_on_the_day_itself_is_real() -> None:
    body = "110105" + TODAY.strftime("%Y%m%d") + "002"
    assert parse("resident_id", body + resident_check(body)).birth_date == TODAY


def test_numbers_of_other_cards_find_their_type() -> None:
    assert parse("resident_id", "830000199001010039") == parse("hmt_residence", "830000199001010039")
    assert parse("resident_id", "911124198108030024") == parse("foreigner_id", "911124198108030024")


def test_what_a_number_tells() -> None:
    person = parse("resident_id", KNOWN)
    assert (person.kind, person.birth_date, person.sex) == (SubjectKind.NATURAL, date(1949, 12, 31), Sex.FEMALE)
    assert person.region_code == "110105"
    assert parse("resident_id", "710100198507210031").sex is Sex.MALE
    unit = parse("uscc", "91350100M000100Y43")
    assert (unit.kind, unit.birth_date, unit.sex, unit.region_code) == (SubjectKind.ORGANISATION, None, None, None)
    assert parse("foreigner_id", "USA110080030123").birth_date is None


@pytest.mark.parametrize(
    ("type_", "number", "key"),
    [
        ("resident_id", "110105491231002", b"1|11010519491231002X"),
        ("uscc", "91350100M000100Y43", b"2|91350100M000100Y43"),
        ("foreigner_id", "911124198108030024", b"4|911124198108030024"),
        ("hmt_residence", "810000199001010019", b"5|810000199001010019"),
        ("hm_permit", "H1234567802", b"6|H12345678"),
        ("tw_permit", "1234567801（b）", b"7|1234567801B"),
        ("org_code", "d2143569-x", b"8|D2143569X"),
    ],
)
def test_document_keys(type_: str, number: str, key: bytes) -> None:
    assert parse(type_, number).key == key


def test_a_credit_code_contains_its_organisation_code_only_if_that_checks() -> None:
    assert derived_documents(parse("uscc", "91350100M000100Y43")) == (parse("org_code", "M000100Y4"),)
    body = "92710100M000100Y5"
    assert derived_documents(parse("uscc", body + uscc_check(body))) == ()
    assert derived_documents(parse("resident_id", KNOWN)) == ()


@pytest.mark.parametrize(
    ("number", "type_"),
    [
        ("7.10101E+17", "resident_id"),
        ("71O108196704218683", "resident_id"),
        ("7101081967****8683", "resident_id"),
        ("917101407582169051", "uscc"),
        ("D2143569-X", "org_code"),
        ("E00000001", "passport"),
        ("", "resident_id"),
    ],
)
def test_guesses(number: str, type_: str) -> None:
    assert guess_document_type(number) == type_


births = st.dates(min_value=date(1850, 1, 1), max_value=TODAY)
regions = st.integers(110000, 799999)
serials = st.integers(1, 999)
numbers = st.builds(lambda region, born, serial: f"{region}{born:%Y%m%d}{serial:03}", regions, births, serials).map(
    lambda body: body + resident_check(body)
)


def slow_check(body: str) -> str:
    """ISO 7064 MOD 11-2 by its definition: the value of the whole must leave 1 when divided by 11."""
    return next(
        "0123456789X"[check]
        for check in range(11)
        if (sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(body)) + check) % 11 == 1
    )


@given(numbers)
def test_check_digit_agrees_with_the_definition(number: str) -> None:
    assert slow_check(number[:17]) == number[17]


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_found(number: str, place: int, digit: str) -> None:
    if number[place] != digit and place not in (0, 1):
        assert fault_of("resident_id", number[:place] + digit + number[place + 1 :]) in {
            "bad-check-digit",
            "bad-birth-date",
            "destroyed-by-spreadsheet",
        } | ({"bad-characters"} if number[17] == "X" else set())


WIDE = {ord(c): ord(c) + 0xFEE0 for c in "0123456789X"}


@given(numbers, st.data())
def test_written_variants_are_one_document(number: str, data: st.DataObject) -> None:
    written = ""
    for character in number:
        form = data.draw(st.sampled_from([character, character.lower(), character.translate(WIDE)]))
        written += data.draw(st.sampled_from(["", "", " ", "\u3000", "\t"])) + form
    assert parse("resident_id", written) == parse("resident_id", number)
    if "1900" <= number[6:10] <= "1999":
        assert parse("resident_id", number[:6] + number[8:17]) == parse("resident_id", number)


@given(st.text(alphabet=USCC_ALPHABET, min_size=9, max_size=9), st.text(alphabet="0123456789", min_size=6, max_size=6))
def test_credit_codes_weigh_by_powers_of_three(code: str, region: str) -> None:
    body = "91" + region + code
    total = sum(USCC_ALPHABET.index(c) * pow(3, place, 31) for place, c in enumerate(body))
    assert (total + USCC_ALPHABET.index(uscc_check(body))) % 31 == 0
    assert parse("uscc", (body + uscc_check(body)).lower()).number == body + uscc_check(body)


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8))
def test_organisation_codes_with_and_without_hyphen(body: str) -> None:
    assert parse("org_code", f"{body}-{org_check(body)}") == parse("org_code", body + org_check(body))


@given(st.sampled_from(sorted(DocumentType)), st.text(max_size=30))
def test_any_text_is_parsed_or_refused_and_can_be_guessed(kind: DocumentType, text: str) -> None:
    assert guess_document_type(text) in set(DocumentType)
    try:
        document = parse(kind, text, "CHN")
    except InvalidDocumentError:
        return
    again = parse(document.type, document.number, document.country)
    assert again == document
    assert document.key.isascii()


def test_the_future_moves_with_today() -> None:
    body = "110105" + (TODAY + timedelta(days=1)).strftime("%Y%m%d") + "002"
    number = body + resident_check(body)
    assert fault_of("resident_id", number) == "bad-birth-date"
    assert parse_document("resident_id", number, today=TODAY + timedelta(days=1)).number == number
