"""Chinese words of the desk: choices of its forms, names of acts, confirmations."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from blacklist.actors import ActorKind
from blacklist.events import AuditEvent
from blacklist.identity.documents import DocumentType
from blacklist.queries.desk import DeskState
from blacklist.rules.articles import ARTICLES
from blacklist.rules.exclusions import Circumstance
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.removals import RemovalReason
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
        AuditEvent.CASE_EVENT_RECORDED: "登记案件事项",
        AuditEvent.TASK_OPENED: "系统提示待办",
        AuditEvent.TASK_CLOSED: "待办办结",
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
        "password": "密码已修改，其他设备上的登录已失效。",
    }
)

_LIST_TEN = f"{ARTICLES['LIST 10'].citation}第一款"
_BASIS_OF: Mapping[RemovalReason, str] = MappingProxyType(
    {
        RemovalReason.R1: f"{_LIST_TEN}第（一）项",
        RemovalReason.R2: f"{_LIST_TEN}第（二）项",
        RemovalReason.R3: f"{_LIST_TEN}第（三）项",
        RemovalReason.R4: f"{_LIST_TEN}第（四）项",
        RemovalReason.R5: f"{_LIST_TEN}第（五）项",
        RemovalReason.R6: f"{_LIST_TEN}第（六）项",
        RemovalReason.R7: f"{_LIST_TEN}第（七）项",
        RemovalReason.R9: f"{ARTICLES['LIST 2'].citation}第二款",
        RemovalReason.ROLE_ENDED: ARTICLES["GOOD 17"].citation,
        RemovalReason.PERFORMED_IN_GRACE: ARTICLES["GOOD 15"].citation,
    }
)


def basis_of(reason: RemovalReason, kind: OrderKind) -> str:
    """Return the provision a removal for this reason rests on, as a decision cites it."""
    if reason is RemovalReason.W and kind is OrderKind.LISTING:
        return ARTICLES["LIST 9"].citation
    if reason in _BASIS_OF:
        return _BASIS_OF[reason]
    if kind is OrderKind.EXIT_BAN:
        return ARTICLES["ENF 25"].citation
    return ARTICLES["GOOD 18" if reason is RemovalReason.W else "CONS 9"].citation


def choices(titles: Mapping[Any, str]) -> Choices:
    """Return a table of titles as the choices of a form."""
    return tuple((str(code), title) for code, title in titles.items())
