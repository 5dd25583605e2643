"""Which passwords staff may choose; policy mlps3."""

from __future__ import annotations

import pytest

from blacklist.errors import InvalidError
from blacklist.rules.passwords import count_classes, require_good_password

GOOD = "Heron-river-7"  # thirteen characters of four classes


def faults(password: str, *, names: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        require_good_password(password, names=names)
    assert {fault.pointer for fault in caught.value.errors} == {"/password"}
    assert password not in str(caught.value)
    return [fault.code for fault in caught.value.errors]


class TestRequireGoodPassword:
    def test_lets_a_good_one_pass(self):
        require_good_password(GOOD, names=("clerk01", "测试张三"))

    def test_ten_characters_are_the_least(self):
        require_good_password("Heron-rv-7")

        assert faults("Heron-r-7") == ["too-short"]

    def test_a_hundred_and_twenty_eight_are_the_most(self):
        require_good_password(GOOD + "x" * 115)

        assert faults(GOOD + "x" * 116) == ["too-long"]

    @pytest.mark.parametrize(
        "password", ["heronriver77", "HERONRIVER77", "HeronRiverXy", "heron-river-", "测试密码测试密码甲乙12"]
    )
    def test_three_classes_are_the_least(self, password):
        assert faults(password) == ["too-few-classes"]

    @pytest.mark.parametrize(
        "password", ["HeronRiver77", "heron-river7", "HERON-RIVER7", "Heron-River-", "Heron测试密码甲乙丙"]
    )
    def test_any_three_classes_do(self, password):
        require_good_password(password)

    def test_the_list_is_read_whatever_the_case(self):
        assert faults("P@ssw0rd123") == faults("p@SSW0RD123") == ["common"]

    def test_three_characters_over_and_over_are_common(self):
        assert faults("A-1A-1A-1A-1") == ["common"]

    def test_four_characters_over_and_over_are_not(self):
        require_good_password("A-1bA-1bA-1b")

    @pytest.mark.parametrize("name", ["heron", "HERON", "ron"])
    def test_ones_own_name_does_not_stand_in_it(self, name):
        assert faults(GOOD, names=("测试张三", name)) == ["own-name"]

    def test_names_of_two_characters_stand_in_too_many_words(self):
        require_good_password(GOOD, names=("ro",))

    def test_tells_every_fault_at_once(self):
        assert faults("aaa", names=("aaa",)) == ["too-short", "too-few-classes", "common", "own-name"]


class TestCountClasses:
    @pytest.mark.parametrize(
        ("password", "classes"),
        [("", 0), ("a", 1), ("aA", 2), ("aA1", 3), ("aA1-", 4), ("é", 1), ("aé", 2), ("٣", 1), ("1٣", 2), ("-é测", 1)],
    )
    def test_counts_ascii_letters_digits_and_all_the_rest(self, password, classes):
        assert count_classes(password) == classes
