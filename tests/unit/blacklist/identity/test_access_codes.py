import re

import pytest

from blacklist.identity.access_codes import new_access_code, normal_access_code, printed_access_code


class TestNewAccessCode:
    """Pages, 5.2: at least fifty random bits, grouped."""

    def test_is_twelve_characters_of_crockford_in_groups(self):
        assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", new_access_code())

    def test_is_another_one_each_time(self):
        assert len({new_access_code() for _ in range(200)}) == 200


class TestNormalAccessCode:
    @pytest.mark.parametrize(
        "typed",
        [
            "K7Q2-9KDM-4TX0",
            "k7q29kdm4tx0",
            " K7Q2 9KDM 4TXO ",
            "Ｋ７Ｑ２－９ＫＤＭ－４ＴＸ０",
            "K7Q2—9KDM·4TXo",
        ],
    )
    def test_forgives_how_a_code_is_typed(self, typed):
        assert normal_access_code(typed) == "K7Q29KDM4TX0"

    def test_reads_i_and_l_as_one(self):
        assert normal_access_code("il1I-L000") == "11111000"

    def test_is_settled(self):
        code = new_access_code()

        assert normal_access_code(normal_access_code(code)) == normal_access_code(code) == code.replace("-", "")


class TestPrintedAccessCode:
    @pytest.mark.parametrize("typed", ["k7q2-9kdm-4txa", " K7Q29KDM4TXA ", "Ｋ７Ｑ２－９ＫＤＭ－４ＴＸＡ"])
    def test_is_how_it_stands_on_paper(self, typed):
        assert printed_access_code(typed) == "K7Q2-9KDM-4TXA"

    def test_look_alikes_are_the_digits_they_were_read_for(self):
        assert printed_access_code("OIL0-oil0-0110") == "0110-0110-0110"

    @pytest.mark.parametrize(
        "typed", ["", "K7Q2-9KDM", "K7Q2-9KDM-4TXA0", "K7Q2-9KDM-4TXU", "张伟张伟张伟张伟张伟张伟"]
    )
    def test_what_cannot_be_one_is_none(self, typed):
        assert printed_access_code(typed) is None
