"""Every code a problem document can carry: status, cause, cure, and whether the same request may be tried again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Entry:
    """One code. `status` is 422 for codes that stand in `errors` beside a pointer."""

    code: str
    status: int
    cause: str
    cause_english: str
    cure: str
    cure_english: str
    retry: bool = False


_FIX = ("按 errors 中的 pointer 更正后重新提交。", "Correct the field the pointer names and send again.")
_NO = ("同样的请求不会有别的结果。", "The same request will not end differently.")
_WAIT = ("按 Retry-After 等待后重试。", "Wait as Retry-After says, then send again.")

_ROWS: tuple[Entry, ...] = (
    Entry("bad-request", 400, "请求无法理解。", "The request cannot be understood.", *_FIX),
    Entry(
        "malformed",
        400,
        "正文不是严格的 JSON（重复字段、NaN、过深、编码错误），或带有不接受的参数、请求头。",
        "The body is not strict JSON (duplicate key, NaN, too deep, wrong encoding), or a parameter or header is "
        "missing or not accepted.",
        *_FIX,
    ),
    Entry(
        "bad-cursor",
        400,
        "翻页游标无效或已过期。",
        "The cursor is void or over an hour old.",
        "从第一页重新开始。",
        "Start again from the first page.",
    ),
    Entry(
        "form-expired",
        400,
        "表单缺少校验标记，或标记属于另一次登录。",
        "The form's token is missing or of another session.",
        "返回上一页，刷新后重新提交。",
        "Reload the form and send it again.",
        retry=True,
    ),
    Entry(
        "key-needed",
        401,
        "没有密钥，或密钥写错、到期、已吊销。",
        "No key, or a wrong, expired or revoked one.",
        "核对 Authorization: Bearer jr_…；必要时请登记机构换发。",
        "Check the header; ask the registry for a new key.",
    ),
    Entry("sign-in-needed", 401, "尚未登录。", "Nobody is signed in.", "登录后重试。", "Sign in and try again."),
    Entry("forbidden", 403, "身份已知，但无权办理。", "The caller is known and may not.", *_NO),
    Entry("scope-missing", 403, "密钥没有该接口的权限范围。", "The key lacks the scope of this call.", *_NO),
    Entry(
        "purpose-not-permitted",
        403,
        "贵单位未获准查询该事项。",
        "The agency was not admitted for this purpose.",
        "用 GET /api/v1/purposes 查看获准事项。",
        "See GET /api/v1/purposes.",
    ),
    Entry(
        "network-not-permitted", 403, "来源网络不在密钥准许范围内。", "The key is not valid from this network.", *_NO
    ),
    Entry("missing-role", 403, "没有办理该事项的岗位。", "The role for this act is missing.", *_NO),
    Entry("wrong-court", 403, "只有作出决定的法院可以办理。", "Only the deciding court may act.", *_NO),
    Entry(
        "same-person",
        403,
        "该步骤须由另一人办理。",
        "Another person must take this step.",
        "请另一位有权人员办理。",
        "Let another person act.",
    ),
    Entry("own-role", 403, "不得为本人授予岗位。", "Nobody grants a role to their own person.", *_NO),
    Entry("not-found", 404, "不存在，或不属于您可见的范围。", "Absent, or not visible to you.", *_NO),
    Entry("check-not-found", 404, "本单位没有这条查询记录。", "Your agency made no such check.", *_NO),
    Entry("order-not-found", 404, "没有这份决定。", "There is no such order.", *_NO),
    Entry("account-not-found", 404, "没有这个账号。", "There is no such account.", *_NO),
    Entry("agency-not-found", 404, "没有这个单位。", "There is no such agency.", *_NO),
    Entry("key-not-found", 404, "没有这把有效密钥。", "There is no such live key.", *_NO),
    Entry("no-open-proposal", 404, "没有待决定的申请。", "There is no open proposal.", *_NO),
    Entry("method-not-allowed", 405, "该地址不接受此方法。", "The address does not take this method.", *_NO),
    Entry("conflict", 409, "与当前状态冲突。", "In conflict with the present state.", *_NO),
    Entry("not-in-this-state", 409, "当前状态下没有这一步。", "The life cycle has no such step now.", *_NO),
    Entry(
        "stale-version",
        409,
        "打开之后已被他人修改。",
        "Somebody changed it since you looked.",
        "刷新后再办。",
        "Reload, then act.",
        retry=True,
    ),
    Entry("duplicate-order", 409, "该案已有同类决定。", "Such an order exists in this case.", *_NO),
    Entry(
        "documents-of-two-subjects", 409, "证件在登记中分属两个主体。", "The documents belong to two subjects.", *_NO
    ),
    Entry("proposal-open", 409, "已有待决定的申请。", "A proposal is open already.", *_NO),
    Entry("no-permit", 409, "该次查询未答复单次许可。", "That check was not answered `permitted`.", *_NO),
    Entry("request-running", 409, "同一幂等键的请求正在办理。", "The same request is running.", *_WAIT, retry=True),
    Entry("agency-exists", 409, "已有同名单位。", "The agency's name is taken.", *_NO),
    Entry("court-exists", 409, "该法院代字已登记。", "There is a court with this code.", *_NO),
    Entry("username-taken", 409, "该用户名已被使用。", "The user name is taken.", *_NO),
    Entry("already-imported", 409, "内容相同的文件已经导入。", "A file of this content was imported before.", *_NO),
    Entry("too-many-keys", 409, "已有两把有效密钥。", "Two keys are live.", "先吊销一把。", "Revoke one first."),
    Entry("gone", 410, "已不再公示或提供。", "No longer published.", *_NO),
    Entry(
        "too-large",
        413,
        "正文超过该接口的上限。",
        "The body is larger than this call takes.",
        "分成几次提交。",
        "Split it.",
    ),
    Entry(
        "wrong-content-type",
        415,
        "正文不是 UTF-8 的 application/json。",
        "The body is not application/json in UTF-8.",
        *_FIX,
    ),
    Entry("invalid", 422, "若干字段有误，errors 逐一列出。", "Some fields are wrong; errors lists each.", *_FIX),
    Entry("invalid-document", 422, "证件号码有误。", "Not a valid document number.", *_FIX),
    Entry("excluded-by-law", 422, "法律不允许作出该决定。", "The law forbids this order.", *_NO),
    Entry(
        "idempotency-key-reused",
        422,
        "幂等键已用于内容不同的请求。",
        "The key came with another body before.",
        "换用新的幂等键。",
        "Use a new key.",
    ),
    Entry(
        "unreadable-file",
        422,
        "文件无法读取；报告中列明位置和原因。",
        "The file cannot be read; the report says where and why.",
        "按报告更正文件后重新导入。",
        "Correct the file as the report says and import it again.",
    ),
    Entry("missing", 422, "缺少必填项。", "A required field is missing.", *_FIX),
    Entry("unknown-field", 422, "没有这个字段。", "There is no such field.", *_FIX),
    Entry(
        "wrong-type", 422, "类型不符：JSON 类型或证件类型不对。", "Wrong JSON type or wrong type of document.", *_FIX
    ),
    Entry("not-allowed", 422, "取值不在允许范围内。", "The value is not one of those allowed.", *_FIX),
    Entry("bad-time", 422, "时间须为带时区的 RFC 3339。", "The time must be RFC 3339 with its offset.", *_FIX),
    Entry(
        "impossible-time", 422, "时间应在查询之后、现在之前。", "The time must lie between the check and now.", *_FIX
    ),
    Entry("unknown-type", 422, "没有这种证件类型。", "There is no such type of document.", *_FIX),
    Entry("unknown-purpose", 422, "没有这个事项。", "There is no such purpose.", *_FIX),
    Entry("bad-length", 422, "号码位数不对。", "The number has the wrong length.", *_FIX),
    Entry("bad-characters", 422, "含有不允许的字符。", "There are characters that do not belong.", *_FIX),
    Entry("too-long", 422, "文字过长。", "The text is too long.", *_FIX),
    Entry(
        "letter-for-digit", 422, "数字位置出现形似的字母（O、I、L）。", "A look-alike letter stands for a digit.", *_FIX
    ),
    Entry(
        "bad-check-digit",
        422,
        "校验码不符，多为录入错误。",
        "The check digit is wrong, mostly a typing error.",
        "对照证件原件核对号码；不要据此答复“不受限”。",
        "Compare with the document; never read this as clear.",
    ),
    Entry("bad-birth-date", 422, "号码中的出生日期不存在。", "The birth date in the number is impossible.", *_FIX),
    Entry(
        "bad-country",
        422,
        "护照须带国家或地区的三位字母代码。",
        "A passport needs its ISO 3166 alpha-3 country.",
        *_FIX,
    ),
    Entry("masked-number", 422, "号码经过遮盖，不能识别任何人。", "A masked number identifies nobody.", *_FIX),
    Entry(
        "destroyed-by-spreadsheet",
        422,
        "号码被电子表格改成了数字，末位已丢失。",
        "A spreadsheet turned the number into a float; its last digits are lost.",
        "把该列设为文本，重新录入。",
        "Format the column as text and enter it again.",
    ),
    Entry("unknown", 422, "所选项不存在，或不属于该决定。", "The choice does not exist, or not for this order.", *_FIX),
    Entry("unknown-ground", 422, "没有这种失信情形。", "There is no such ground.", *_FIX),
    Entry("bad-case-number", 422, "案号格式不对。", "The case number is not written as one.", *_FIX),
    Entry("another-courts-case", 422, "案号属于另一法院。", "The case number is another court's.", *_FIX),
    Entry("bad-money", 422, "金额写法不对。", "The sum is not written as one.", *_FIX),
    Entry("bad-username", 422, "用户名为空或含空格。", "The user name is empty or has spaces.", *_FIX),
    Entry("in-the-future", 422, "日期晚于今天。", "The date is to come.", *_FIX),
    Entry("impossible-date", 422, "日期与其他日期的先后不符。", "The date does not fit the other dates.", *_FIX),
    Entry("not-extendable", 422, "该期限不能延长。", "The term cannot be extended.", *_FIX),
    Entry("kind-is-fixed", 422, "更正改变了决定的种类。", "A correction changes the kind of the order.", *_FIX),
    Entry("reason-does-not-fit", 422, "该事由不适用于此类决定。", "The reason does not end such an order.", *_FIX),
    Entry("formula", 422, "内容以公式字符开头。", "The text begins like a formula.", *_FIX),
    Entry(
        "too-many-requests", 429, "超过速率或当日配额。", "A rate or the day's quota is reached.", *_WAIT, retry=True
    ),
    Entry(
        "internal",
        500,
        "系统内部错误，已记录。",
        "An internal error; it was recorded.",
        "凭 instance 编号联系登记机构。",
        "Quote the instance id.",
        retry=True,
    ),
    Entry(
        "calendar-year-unknown",
        503,
        "节假日表缺少该年度，期限无法计算。",
        "The holidays of that year are not loaded.",
        "由管理员导入该年度节假日安排。",
        "Load the year's arrangement.",
    ),
    Entry(
        "unavailable",
        503,
        "暂时无法确定，既不是“受限”也不是“不受限”。",
        "Unknown for the moment: neither restricted nor clear.",
        *_WAIT,
        retry=True,
    ),
)

CATALOGUE: Mapping[str, Entry] = MappingProxyType({entry.code: entry for entry in _ROWS})
