"""What an agency's pull can be refused for. `members` stand beside the usual ones in the problem: what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from blacklist.errors import ConflictError, ForbiddenError, GoneError, InvalidError, UnavailableError
from sync.publishing.cursors import Cursor


class AheadOfRegistryError(ConflictError):
    """The agency holds more than the registry has published: either it errs, or the registry lost something."""

    code = "ahead-of-registry"
    title = "游标超出登记日志"
    title_english = "The cursor is beyond the log"

    def __init__(self, size: int) -> None:
        super().__init__(
            "该游标超出登记日志的现有长度。请保留本地副本，并向 /sync/v1/rollback 提交最后一次副署的检查点。",
            "The log is not that long. Keep your copy and send your last countersigned checkpoint to /sync/v1/rollback.",
        )
        self.members: Mapping[str, object] = {"size": size}


class EpochChangedError(GoneError):
    """The cursor is of a log that has ended."""

    code = "epoch-changed"
    title = "登记日志已启用新纪元"
    title_english = "This log has a new epoch"

    def __init__(self, epoch: str) -> None:
        super().__init__("旧纪元的游标已失效。", "Cursors of the old epoch are void.")
        self.members: Mapping[str, object] = {"epoch": epoch}


class TooFarBehindError(GoneError):
    """So much is missing that a snapshot is cheaper."""

    code = "too-far-behind"
    title = "落后过多"
    title_english = "Too far behind"

    def __init__(self) -> None:
        super().__init__(
            "落后过多，请下载快照后继续。", "Too many entries are missing; load a snapshot and go on from there."
        )


class KeyEpochRetiredError(GoneError):
    """The key epoch is not served (any more)."""

    code = "key-epoch-retired"
    title = "该密钥纪元已停用"
    title_english = "The key epoch is retired"

    def __init__(self, key: int) -> None:
        super().__init__(
            "该密钥纪元已停用，请载入新的指纹密钥。", "Load the copy of the key epoch that is live, with its key."
        )
        self.members: Mapping[str, object] = {"key": key}


class ViewNotReadyError(UnavailableError):
    """The view of this key epoch is being built."""

    code = "view-not-ready"
    title = "副本尚在生成"
    title_english = "The view is being built"

    def __init__(self) -> None:
        super().__init__("该单位的副本尚在生成，请稍后重试。", "The view is being built; come again later.")


class CopyAtOtherSizeError(ConflictError):
    """Digests can be told of another size only."""

    code = "copy-at-other-size"
    title = "副本不在该位置"
    title_english = "The copy is at another size"

    def __init__(self, cursor: Cursor) -> None:
        super().__init__("请先拉取至所示游标，再行比对。", "Pull to the cursor shown (until=), then ask again.")
        self.members: Mapping[str, object] = {"cursor": cursor.written()}


class CopyBehindError(ConflictError):
    """Something about this document happened after the size the agency countersigned."""

    code = "copy-behind"
    title = "副本落后"
    title_english = "The copy is behind"

    def __init__(self, cursor: Cursor) -> None:
        super().__init__("该对象有更新的记录，请先拉取再核实。", "There is a newer entry; pull first, then confirm.")
        self.members: Mapping[str, object] = {"cursor": cursor.written()}


class NotSubscribedError(ForbiddenError):
    """The agency keeps no copy."""

    code = "not-subscribed"
    title = "该单位未订阅"
    title_english = "The agency does not subscribe"

    def __init__(self) -> None:
        super().__init__("贵单位未订阅登记日志的副本。", "Your agency does not subscribe to copies of the log.")


class AgencySuspendedError(ForbiddenError):
    """The agency's subscription is suspended, or it left."""

    code = "agency-suspended"
    title = "该单位的订阅已暂停"
    title_english = "The agency is suspended"

    def __init__(self) -> None:
        super().__init__("贵单位的订阅已暂停，请联系登记机构。", "Your subscription is suspended; ask the registry.")


class NotOurStatementError(InvalidError):
    """The statement is not one that the registry signed for this agency."""

    code = "not-our-statement"
    title = "不是本登记机构的声明"
    title_english = "Not a statement of ours"

    def __init__(self) -> None:
        super().__init__(
            "该声明不是本登记机构对贵单位签署的声明。", "The registry has not signed this statement for your agency."
        )


class BadSignatureError(InvalidError):
    """A signature that is needed is missing or does not verify."""

    code = "bad-signature"
    title = "签名无效"
    title_english = "The signature is not valid"

    def __init__(self, detail: str, english: str) -> None:
        super().__init__(detail, english)


class BadCosignatureError(InvalidError):
    """The cosignature of the checkpoint does not verify."""

    code = "bad-cosignature"
    title = "见证签名无效"
    title_english = "The cosignature is not valid"

    def __init__(self) -> None:
        super().__init__(
            "见证签名不是贵单位见证密钥对该检查点的签名。",
            "This is not your witness key's cosignature of the checkpoint of that size.",
        )
