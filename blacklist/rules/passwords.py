"""Which passwords staff may choose: policy `mlps3` (ten characters, three classes, nothing common)."""

from __future__ import annotations

from pathlib import Path

from blacklist.errors import Fault, InvalidError

LEAST_CHARACTERS = 10
MOST_CHARACTERS = 128
LEAST_CLASSES = 3
_NAME_COUNTS_FROM = 3  # shorter user names stand in too many words to be refused
_LIST = Path(__file__).parent / "data" / "common_passwords.txt"
_COMMON = frozenset(line.casefold() for line in _LIST.read_text(encoding="utf-8").split())


def require_good_password(password: str, *, names: tuple[str, ...] = ()) -> None:
    """Refuse a password the policy does not allow. `names` are the user's own: user name, person's name.

    Any Unicode may stand in it and counts as a character; nothing is normalised or cut off.

    Raises:
        InvalidError: one fault for each rule that is broken, all at `/password`; never with the password in it.
    """
    faults = []
    if len(password) < LEAST_CHARACTERS:
        faults.append(_fault("too-short", f"密码至少 {LEAST_CHARACTERS} 个字符。", "At least 10 characters."))
    if len(password) > MOST_CHARACTERS:
        faults.append(_fault("too-long", f"密码最多 {MOST_CHARACTERS} 个字符。", "At most 128 characters."))
    if count_classes(password) < LEAST_CLASSES:
        faults.append(
            _fault(
                "too-few-classes", "须含大写字母、小写字母、数字、其他字符中的三类。", "Three classes of characters."
            )
        )
    folded = password.casefold()
    if folded in _COMMON or len(set(folded)) <= LEAST_CLASSES:
        faults.append(_fault("common", "该密码过于常见，请另选一个。", "This password is too common."))
    if any(len(name) >= _NAME_COUNTS_FROM and name.casefold() in folded for name in names):
        faults.append(_fault("own-name", "密码不得包含用户名或本人姓名。", "Not one's own name."))
    if faults:
        raise InvalidError(
            "".join(fault.detail for fault in faults), " ".join(fault.english for fault in faults), errors=tuple(faults)
        )


def count_classes(password: str) -> int:
    """Return how many of the four classes stand in it: upper case, lower case, digits, everything else."""
    kinds = {_class_of(character) for character in password}
    return len(kinds)


def _class_of(character: str) -> str:
    if character.isascii() and character.isalpha():
        return "upper" if character.isupper() else "lower"
    return "digit" if character.isascii() and character.isdigit() else "other"


def _fault(code: str, detail: str, english: str) -> Fault:
    return Fault("/password", code, detail, english)
