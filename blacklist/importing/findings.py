"""What is found in a file, located by line and column: faults stop the file, notes do not."""

from __future__ import annotations

from typing import Final, NamedTuple

from blacklist.errors import InvalidError


class Finding(NamedTuple):
    """One fault or note. `line` is the file's own line or row (the header's is 1), `column` the export's name.

    `column` is "" where the whole row or file is meant. The texts never hold the value that was read.
    """

    line: int
    column: str
    code: str
    detail: str
    english: str


class FileFaultError(InvalidError):
    """The file cannot be read at all; `findings` say where and why."""

    code = "unreadable-file"
    title = "文件无法读取"
    title_english = "The file cannot be read"

    def __init__(self, *findings: Finding) -> None:
        super().__init__(findings[0].detail, findings[0].english)
        self.findings = findings


_TEXTS: Final[dict[str, tuple[str, str]]] = {
    # The file
    "unknown-extension": (
        "只接受 .csv、.xlsx 和 .jsonl（每行一个 JSON 对象）文件",
        "Only .csv, .xlsx and .jsonl (one JSON object a line) files are read",
    ),
    "empty-file": ("文件为空", "The file is empty"),
    "no-rows": ("文件只有表头，没有数据", "The file has a header and no rows"),
    "missing-header": (
        "第一行不是表头（应为 iname、cardNum、caseCode 等列名）",
        "The first line is no header (column names such as iname, cardNum, caseCode)",
    ),
    "missing-column": ("缺少该列", "The column is missing"),
    "duplicate-column": ("该列出现了两次", "The column stands twice"),
    "ignored-column": ("不认识的列，未读取", "An unknown column, not read"),
    "bad-encoding": (
        "该行既不是 UTF-8 也不是 GB18030 编码",
        "The line is neither UTF-8 nor GB18030",
    ),
    "mixed-encoding": (
        "该行的编码与文件其他行不同（UTF-8 与 GB18030 混用）",
        "The line's encoding differs from the rest of the file (UTF-8 and GB18030 mixed)",
    ),
    "bad-workbook": ("不是可读的 .xlsx 工作簿", "Not a readable .xlsx workbook"),
    "unsafe-workbook": (
        "工作簿含有宏、外部链接、加密内容，或者解压后过大",
        "The workbook holds macros, external links or encryption, or unpacks to too much",
    ),
    "other-sheets": ("工作簿有多张表，只读取第一张", "The workbook has several sheets; only the first is read"),
    "too-many-faults": ("错误过多，后面的行未检查", "Too many faults; the lines after this one were not checked"),
    # The row
    "wrong-column-count": ("该行的列数与表头不同", "The row has another number of columns than the header"),
    "lone-quote": ("引号不成对，无法分列", "A quotation mark without its partner; the row cannot be split"),
    "bad-json": ("该行不是 JSON 对象，或者值不是文字和数字", "The line is no JSON object of texts and numbers"),
    "duplicate-key": ("该行的 JSON 对象有重复的键", "The line's JSON object has a key twice"),
    "formula": ("单元格内容是公式", "The cell holds a formula"),
    "bad-characters": ("含有控制字符、不可见字符或者未定义的字符", "Control, invisible or undefined characters"),
    # The fields
    "missing": ("必填内容为空", "A required value is missing"),
    "minor": (
        "决定之日未满十八周岁，未成年人不得纳入失信被执行人名单（最高法失信规定第四条）",
        "Under eighteen on the day of the decision; a minor is never listed (LIST 4)",
    ),
    "birth-date-unknown": (
        "证件号码不含出生日期且年龄不明，不能排除未成年人",
        "Neither number nor age tells that the person is of age",
    ),
    "bad-date": ("日期不存在或者格式不能识别", "The date does not exist or its form is not known"),
    "date-in-future": ("日期晚于今天", "The date lies in the future"),
    "dates-out-of-order": ("立案日期晚于发布日期", "Filed after it was published"),
    "bad-sex": ("性别应为男性或者女性", "Sex is 男性 or 女性"),
    "sex-contradicts-number": ("性别与证件号码不一致", "The sex contradicts the document number"),
    "sex-of-unit": ("单位不应填写性别", "An organisation has no sex"),
    "bad-party-type": ("当事人类型不能识别（0 自然人，1 单位）", "Unknown kind of party (0 person, 1 organisation)"),
    "kind-contradicts-number": (
        "当事人类型与证件号码不一致（自然人用了单位代码，或者单位用了个人号码）",
        "The kind of party contradicts the number: a person with a unit's code or the reverse",
    ),
    "bad-age": ("年龄应为 0 至 150 的整数", "Age is a whole number from 0 to 150"),
    "bad-amount": ("金额为负、过大或者格式错误", "The amount is negative, absurd or malformed"),
    "bad-performance": (
        "履行情况不能识别（全部未履行、部分未履行、全部已履行）",
        "Unknown state of performance (全部未履行, 部分未履行, 全部已履行)",
    ),
    "unknown-kind": ("措施类别不能识别（listing 或者 consumption）", "Unknown kind (listing or consumption)"),
    "not-enforcement-case": ("不是执行案件的案号", "Not the number of an enforcement case"),
    "unknown-court": ("案号中的法院代字没有登记", "The case number's court word is not registered"),
    "no-court": (
        "旧式案号不含法院代字，请用 --court 指定法院",
        "An old-style case number names no court; give --court",
    ),
    "conflicting-duplicate": (
        "同一案件、同一主体、同一措施已在前面的行出现，而内容不同",
        "The same case, subject and kind stand on an earlier line with other content",
    ),
    "documents-of-two-subjects": (
        "信用代码与其中的组织机构代码在登记中分属两个主体",
        "The credit code and the organisation code within it belong to two subjects",
    ),
    "already-in-force": (
        "该主体在同一案件中已有一份不同日期、仍然有效的同类决定",
        "The subject has another decision of this kind in force in this case",
    ),
    # Notes
    "fifteen-digits": ("15 位旧号码，已换算为 18 位", "An old number of 15 digits, converted to 18"),
    "full-width": ("全角字符，已换算为半角", "Full-width characters, converted"),
    "masked-number": (
        "号码经过遮盖：只公示，不能用于核验",
        "The number is masked: shown, and never answers a check",
    ),
    "exact-duplicate": ("与前面的行完全相同，只保留一份", "Equal to an earlier line; kept once"),
    "already-registered": ("登记中已有该决定，不再写入", "The registry has this decision; not written again"),
    "court-name-differs": ("法院名称与登记的不同，以登记为准", "The court's name differs from the registered one"),
    "stored-as-number": ("以数字形式存储，位数完整，已接受", "Stored as a number, no digit lost, accepted"),
}


def finding(line: int, column: str, code: str) -> Finding:
    """Return a finding with the house's words for its code."""
    detail, english = _TEXTS[code]
    return Finding(line, column, code, detail, english)


def from_error(line: int, column: str, error: InvalidError) -> Finding:
    """Return a refusal of the identity or rules layer as a finding at its place."""
    if error.errors:
        first = error.errors[0]
        return Finding(line, column, first.code, first.detail, first.english)
    return Finding(line, column, error.code, error.detail, error.english)
