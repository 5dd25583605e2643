"""Chinese words of the desk: choices of its forms, names of acts, confirmations."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from blacklist.actors import ActorKind
from blacklist.events import AuditEvent
from blacklist.identity.documents import DocumentType
from blacklist.queries.desk import DeskState
from blacklist.queries.permits import REVOKE as REVOKE_PERMIT
from blacklist.rules.exclusions import Circumstance
from blacklist.rules.extensions import EXTENSION_TITLES
from blacklist.rules.lifecycle import Act, OrderKind
from blacklist.rules.permits import REVOCATION_TITLES
from blacklist.rules.removals import REMOVAL_TITLES
from blacklist.rules.suspensions import SUSPENSION_TITLES
from blacklist.vocabulary import Sex

Choices = tuple[tuple[str, str], ...]

KIND_TITLES: Mapping[OrderKind, str] = MappingProxyType(
    {
        OrderKind.LISTING: "纳入失信被执行人名单决定",
        OrderKind.CONSUMPTION: "限制消费令",
        OrderKind.EXIT_BAN: "限制出境决定",
    }
)
DOCUMENT_TITLES: Mapping[DocumentType, str] = MappingProxyType(
    {
        DocumentType.RESIDENT_ID: "居民身份证",
        DocumentType.USCC: "统一社会信用代码",
        DocumentType.ORG_CODE: "组织机构代码",
        DocumentType.HMT_RESIDENCE: "港澳台居民居住证",
        DocumentType.FOREIGNER_ID: "外国人永久居留身份证",
        DocumentType.HM_PERMIT: "港澳居民来往内地通行证",
        DocumentType.TW_PERMIT: "台湾居民来往大陆通行证",
        DocumentType.PASSPORT: "护照",
    }
)
STATE_TITLES: Mapping[DeskState, str] = MappingProxyType(
    {
        DeskState.DRAFT: "草稿（待提交）",
        DeskState.SUBMITTED: "待核验",
        DeskState.RETURNED: "退回（待补正）",
        DeskState.CHECKED: "待签发",
        DeskState.ISSUED: "已签发待送达",
        DeskState.EFFECTIVE: "公示中、限制中",
        DeskState.SUSPENDED: "暂停公示",
        DeskState.REMOVAL: "待决定解除",
        DeskState.REMOVED: "已删除、已解除",
        DeskState.WITHDRAWN: "已撤销",
        DeskState.EXPIRED: "期满屏蔽",
        DeskState.ABANDONED: "已放弃",
    }
)
PERFORMANCE_TITLES: Mapping[str, str] = MappingProxyType({"none": "全部未履行", "part": "部分未履行", "full": "已履行"})
SEX_TITLES: Mapping[Sex, str] = MappingProxyType({Sex.MALE: "男", Sex.FEMALE: "女"})
CIRCUMSTANCE_TITLES: Mapping[Circumstance, str] = MappingProxyType(
    {
        Circumstance.SUFFICIENT_SECURITY: "被执行人已提供充分有效担保",
        Circumstance.SUFFICIENT_SEIZURE: "已查封、扣押、冻结的财产足以清偿债务",
        Circumstance.LATER_IN_ORDER: "被执行人履行顺序在后，依法不应对其强制执行",
        Circumstance.NOT_ABLE: "其他不属于有履行能力而拒不履行的情形",
        Circumstance.GRACE_RUNNING: "已给予宽限期且尚未届满",
        Circumstance.RELISTING_BARRED: "因申请执行人申请删除后未满六个月，申请执行人再次申请",
        Circumstance.WITHOUT_FULL_CAPACITY: "被执行人为无民事行为能力人或者限制民事行为能力人（限制法定代理人出境时勾选）",
        Circumstance.STUDENT_LOAN: "被执行人是全日制在校生，债务为校园贷",
        Circumstance.STATE_ORGAN: "被执行人是国家机关、事业单位或者国有企业",
        Circumstance.PUBLIC_OFFICIAL: "被执行人是公职人员、人大代表或者政协委员",
    }
)
OUTCOME_TITLES: Mapping[str, str] = MappingProxyType({"served": "已送达", "attempted": "未能送达（已尝试）"})

EVENT_TITLES: Mapping[str, str] = MappingProxyType(
    {
        AuditEvent.ORDER_DRAFTED: "录入草稿",
        AuditEvent.ORDER_AMENDED: "修改草稿",
        AuditEvent.ORDER_SUBMITTED: "核对后送核验",
        AuditEvent.ORDER_ABANDONED: "放弃",
        AuditEvent.ORDER_CHECKED: "核验通过",
        AuditEvent.ORDER_RETURNED: "退回",
        AuditEvent.ORDER_ISSUED: "签发",
        AuditEvent.SERVICE_RECORDED: "登记送达",
        AuditEvent.ORDER_EFFECTIVE: "发生限制效力",
        AuditEvent.REMOVAL_PROPOSED: "提出终止",
        AuditEvent.REMOVAL_REJECTED: "不同意终止",
        AuditEvent.ORDER_REMOVED: "删除、解除",
        AuditEvent.ORDER_WITHDRAWN: "撤销",
        AuditEvent.ORDER_EXPIRED: "期满",
        AuditEvent.SUSPENSION_PROPOSED: "提出暂停",
        AuditEvent.ORDER_SUSPENDED: "暂停",
        AuditEvent.SUSPENSION_CONFIRMED: "确认暂停",
        AuditEvent.RESUMPTION_PROPOSED: "提出恢复",
        AuditEvent.ORDER_RESUMED: "恢复",
        AuditEvent.EXTENSION_PROPOSED: "提出延长期限",
        AuditEvent.ORDER_EXTENDED: "延长期限",
        AuditEvent.CORRECTION_PROPOSED: "提出更正",
        AuditEvent.ORDER_CORRECTED: "更正",
        AuditEvent.RELEASE_PROPOSED: "提出解除对受限人员的限制",
        AuditEvent.PERSON_RELEASED: "解除对受限人员的限制",
        AuditEvent.PROPOSAL_REJECTED: "不同意所提事项",
        AuditEvent.PERFORMANCE_RECORDED: "登记履行情况",
        AuditEvent.ORDER_TAKEN_BACK: "签发后收回",
        AuditEvent.PERMIT_APPLIED: "受理单次许可申请",
        AuditEvent.PERMIT_GRANTED: "准予单次许可",
        AuditEvent.PERMIT_REFUSED: "不予单次许可",
        AuditEvent.PERMIT_USED: "单次许可已使用",
        AuditEvent.PERMIT_EXPIRED: "单次许可到期",
        AuditEvent.PERMIT_REVOCATION_PROPOSED: "提出撤销单次许可",
        AuditEvent.PERMIT_REVOKED: "撤销单次许可",
        AuditEvent.OBJECTION_RECEIVED: "收到纠正申请",
        AuditEvent.OBJECTION_ACCEPTED: "受理纠正申请",
        AuditEvent.OBJECTION_NOTED: "登记听证、补充材料",
        AuditEvent.OBJECTION_OUTCOME_PROPOSED: "提出审查意见",
        AuditEvent.OBJECTION_UPHELD: "纠正申请成立",
        AuditEvent.OBJECTION_REJECTED: "驳回纠正申请",
        AuditEvent.OBJECTION_SERVED: "审查决定送达",
        AuditEvent.OBJECTION_WITHDRAWN: "撤回纠正申请",
        AuditEvent.RECONSIDERATION_RECEIVED: "收到复议申请",
        AuditEvent.RECONSIDERATION_NOTED: "登记复议材料",
        AuditEvent.RECONSIDERATION_OUTCOME_PROPOSED: "提出复议意见",
        AuditEvent.RECONSIDERATION_CHANGED: "复议改变原决定",
        AuditEvent.RECONSIDERATION_MAINTAINED: "复议维持原决定",
        AuditEvent.RECONSIDERATION_WITHDRAWN: "撤回复议申请",
        AuditEvent.APPLICATION_RECEIVED: "登记申请执行人的申请",
        AuditEvent.APPLICATION_ACCEPTED: "据申请起草决定",
        AuditEvent.APPLICATION_REFUSAL_PROPOSED: "提出不予支持申请",
        AuditEvent.APPLICATION_REFUSED: "决定不予支持申请",
        AuditEvent.APPLICATION_WITHDRAWN: "登记撤回申请",
        AuditEvent.CASE_EVENT_RECORDED: "登记案件事项",
        AuditEvent.TASK_OPENED: "系统提示待办",
        AuditEvent.TASK_CLOSED: "待办办结",
        AuditEvent.CALENDAR_YEAR_PROPOSED: "提交节假日安排",
        AuditEvent.CALENDAR_YEAR_LOADED: "载入节假日安排",
        AuditEvent.PAPER_MADE: "制作文书",
        AuditEvent.PAPER_VOIDED: "作废文书",
        AuditEvent.PAPER_READ: "查看文书",
        AuditEvent.NUMBER_REVEALED: "查看完整证件号码",
    }
)
ACTOR_TITLES: Mapping[str, str] = MappingProxyType(
    {ActorKind.MACHINE: "系统", ActorKind.COMMAND: "运维命令", ActorKind.AGENCY: "协助单位"}
)

DONE_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "drafted": "草稿已保存。",
        "amended": "修改已保存，须重新核对后送核验。",
        "submitted": "已送核验，由另一名工作人员对照原件核验。",
        "abandoned": "已放弃，记录保留备查。",
        "checked": "核验通过，已送签发。",
        "returned": "已退回录入人补正。",
        "mismatch": "盲录的末六位与录入不一致，已自动退回录入人。",
        "issued": "已签发，决定书编号已生成，等待送达。",
        "effective": "已签发并即时生效。",
        "served": "送达已登记。",
        "served-effective": "送达已登记，决定自现在起产生限制效力。",
        "proposed": "已提出终止，等待另一人决定。",
        "removed": "已同意，限制即时解除，公开页面同时撤下。",
        "rejected": "未同意，决定继续有效。",
        "marked": "您的选择已保存，尚未签发。",
        "taken-back": "已收回并退回录入人，该编号作废，不再使用。",
        "suspension-proposed": "已提出暂停，等待另一人决定。",
        "suspended-alone": "已先行暂停，限制和公示即时停止；须由另一人在 1 个工作日内确认。",
        "suspension-approved": "已暂停，限制和公示停止。",
        "suspension-rejected": "未同意暂停，决定继续有效。",
        "resumption-proposed": "已提出恢复，等待另一人决定。",
        "resumption-approved": "已恢复，限制和公示自现在起继续。",
        "resumption-rejected": "未同意恢复，保持暂停。",
        "extension-proposed": "已提出延长期限，等待另一人决定。",
        "extension-approved": "期限已延长，须制作决定书并送达。",
        "extension-rejected": "未同意延长，原期满日不变。",
        "correction-proposed": "已提出更正，等待另一人决定。",
        "correction-approved": "已更正，原内容保留为历史版本。",
        "correction-rejected": "未同意更正，登记内容不变。",
        "permit-applied": "申请已受理，等待院领导决定；准予之前，限制不变。",
        "permit-granted": "已准予，许可编号已生成，协助单位自许可的第一天起查到。",
        "permit-refused": "已决定不予许可，限制不变。",
        "permit-revocation-proposed": "已提出撤销许可，等待另一人决定。",
        "permit-revoked": "许可已撤销；尚在许可期间的，限制即时恢复。",
        "permit-revocation-rejected": "未同意撤销，许可不变。",
        "paper-made": "文书已制作，编号、核验码和文件校验值已登记。",
        "paper-voided": "文书已作废，凭核验码核验得到的答复即时改变。",
        "objection-accepted": "已受理，由您审查。",
        "doubt-suspended": "已先行暂停公示和限制，请另一人在 1 个工作日内确认。",
        "noted": "已登记。",
        "outcome-proposed": "意见已提出，等待院领导决定。",
        "outcome-decided": "已作出决定，请制作文书并送达申请人。",
        "outcome-back": "已退回审查人重新审查。",
        "outcome-served": "决定送达已登记。",
        "remedy-withdrawn": "已登记撤回。",
        "password": "密码已修改，其他设备上的登录已失效。",
        "case-event": "已登记；应当终止的决定已拟出申请，等待另一人决定。",
        "release-proposed": "已提出解除对受限人员的限制，等待另一人决定。",
        "release-approved": "已解除对该受限人员的限制，查询即时得到新的结果。",
        "release-rejected": "未同意解除，该人员继续受限制。",
        "role-change": "已开启审查待办，限制不因此变化。",
        "application-received": "申请已登记，自收到之日起十五日内审查。",
        "refusal-proposed": "已提出不予支持，等待另一人决定。",
        "refusal-rejected": "未同意，申请退回起草，十五日期限不变。",
        "application-refused": "已决定不予支持，请将理由告知申请执行人。",
        "application-withdrawn": "撤回已登记。",
        "task-closed": "待办已办结。",
        "year-proposed": "节假日安排已提交，由另一人核对后载入。",
        "year-loaded": "该年度已载入，期限即刻按此计算。",
    }
)


PROPOSAL_TITLES: Mapping[str, str] = MappingProxyType(
    {
        Act.REMOVE: "终止",
        Act.WITHDRAW: "撤销",
        Act.SUSPEND: "暂停",
        Act.RESUME: "恢复",
        Act.EXTEND: "延长期限",
        Act.CORRECT: "更正",
        Act.RELEASE: "解除对受限人员的限制",
        REVOKE_PERMIT: "撤销单次许可",
    }
)
_REASON_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "inaccurate": "登记、公示的信息不准确",
        **{str(code): title for code, title in REMOVAL_TITLES.items()},
        **{str(code): title for code, title in SUSPENSION_TITLES.items()},
        **{str(code): title for code, title in EXTENSION_TITLES.items()},
        **{str(code): title for code, title in REVOCATION_TITLES.items()},
    }
)


def reason_title(act: str, reason: str) -> str:
    """Return the reason of a proposal in words, or the act where it needs no further reason."""
    return _REASON_TITLES.get(reason) or PROPOSAL_TITLES.get(act, act)


def choices(titles: Mapping[Any, str]) -> Choices:
    """Return a table of titles as the choices of a form."""
    return tuple((str(code), title) for code, title in titles.items())
