"""One complete set of facts for every kind of paper; all people and courts are invented."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from app.documents.acts import ExtensionDecision, Permit, RemovalDecision, ResumptionDecision, SuspensionDecision
from app.documents.facts import EnforcementCase, Facts, Head, OrderReference, Party, Signature
from app.documents.orders import ConsumptionOrder, ExitBanDecision, ListingDecision, TravelDocument
from app.documents.proofs import AgencyTold, RemovalCertificate, ServiceProof
from app.documents.remedies import (
    Correction,
    CorrectionDecision,
    Outcome,
    ReconsiderationDecision,
    RejectionDecision,
)
from blacklist.rules.grounds import Ground
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.permits import Leave
from blacklist.rules.removals import RemovalReason
from blacklist.vocabulary import SubjectKind

AT = datetime(2026, 11, 24, 10, 5, tzinfo=timezone(timedelta(hours=8)))
CASE = "（2026）京0199执1234号"
COURT = "示例市示范区人民法院"
HIGHER = "示例省高级人民法院"


def head(number: str, *, court: str = COURT, on: date = date(2026, 11, 24)) -> Head:
    return Head(
        number=number,
        court=court,
        case_number=CASE,
        decided_on=on,
        contact="执行局，电话12368",
        code="K7Q2-9KDM-4TXA",
        url="https://registry.example/v/K7Q2-9KDM-4TXA",
    )


PERSON = Party(
    name="测试𠅤喆",
    sex="男",
    born_on=date(1949, 12, 31),
    document="居民身份证",
    number="11010519491231002X",
)
MASKED = Party(name="测试𠅤喆", document="居民身份证", number="1101**************")
UNIT = Party(
    kind=SubjectKind.ORGANISATION,
    name="测试一号精密机械设备进出口贸易（集团）股份有限公司示范区分公司",
    document="统一社会信用代码",
    number="91350100M000100Y43",
    representative="测试壬",
)
HEAD_OF_UNIT = Party(
    name="测试壬",
    sex="女",
    born_on=date(1972, 5, 18),
    document="居民身份证",
    number="710100197205180098",
    role="法定代表人",
)
SIGNED = Signature(signed_by="演示院领导")
ENFORCED = EnforcementCase(
    filed_on=date(2026, 3, 2),
    basis_maker=COURT,
    basis_number="（2025）京0199民初88号",
    creditor="测试债权人",
    duty="被执行人于判决生效之日起十日内向申请执行人支付货款330000元及逾期付款利息",
    performance="全部未履行",
    amount_due=Decimal("330000.00"),
    amount_performed=Decimal("0.00"),
)
LISTING = OrderReference(kind=OrderKind.LISTING, number=f"{CASE}-失信1", decided_on=date(2026, 9, 1))
CONSUMPTION = OrderReference(kind=OrderKind.CONSUMPTION, number=f"{CASE}-限消1", decided_on=date(2026, 9, 1))

SAMPLES: dict[str, Facts] = {
    "listing_decision": ListingDecision(
        head=head(f"{CASE}-失信1"),
        case=ENFORCED,
        debtor=PERSON,
        found="被执行人名下有银行存款和车辆可供执行，在执行通知书指定的期间内拒不履行。\n"
        "本院传唤被执行人到庭接受询问，被执行人无正当理由未到庭。",
        next_court=HIGHER,
        access_code="7QK2-9M4D-XT3A-H8WZ",
        signature=SIGNED,
        warned_on=date(2026, 3, 10),
        grounds=(Ground.G4,),
        ends_on=date(2028, 11, 24),
        consumption_number=f"{CASE}-限消1",
    ),
    "consumption_order": ConsumptionOrder(
        head=head(f"{CASE}-限消1"),
        case=ENFORCED,
        debtor=UNIT,
        bound=(HEAD_OF_UNIT,),
        found="被执行人经营状况正常，有履行能力，收到执行通知书后未在指定期间内履行，也未报告财产",
        next_court=HIGHER,
        access_code="7QK2-9M4D-XT3A-H8WZ",
        signature=SIGNED,
    ),
    "exit_ban_decision": ExitBanDecision(
        head=head(f"{CASE}-限出1"),
        case=ENFORCED,
        debtor=UNIT,
        person=HEAD_OF_UNIT,
        found="被执行人未履行生效法律文书确定的义务，其法定代表人测试壬近期多次出境",
        next_court=HIGHER,
        access_code="7QK2-9M4D-XT3A-H8WZ",
        signature=SIGNED,
        documents=(
            TravelDocument(document="居民身份证", number="710100197205180098"),
            TravelDocument(document="护照", number="E00000007", issued_by="中华人民共和国"),
            TravelDocument(document="护照", number="X1234567", issued_by="示例国"),
        ),
        starts_on=date(2026, 11, 24),
        ends_on=date(2027, 5, 24),
    ),
    "permit": Permit(
        head=head("P-2026-00017"),
        party=PERSON,
        order=CONSUMPTION,
        reasons="申请人提交的诊断证明、住院通知书和转诊意见真实，病情紧急，确需乘坐飞机赴外地就医",
        access_code="7QK2-9M4D-XT3A-H8WZ",
        signature=SIGNED,
        leave=Leave.URGENT_TRAVEL,
        applied_on=date(2026, 11, 23),
        purpose="乘坐飞机",
        cause="本人重大疾病就医",
        starts_on=date(2026, 11, 25),
        ends_on=date(2026, 11, 30),
        uses=2,
        undertaken_on=date(2026, 11, 22),
    ),
    "correction_decision": CorrectionDecision(
        head=head(f"{CASE}-更正1"),
        party=PERSON,
        order=LISTING,
        reasons="因录入差错，所涉决定记载的已履行金额与执行款收据不符",
        signature=SIGNED,
        applied_on=date(2026, 11, 12),
        corrections=(
            Correction(item="已履行金额", before="0.00元", after="120,000.00元"),
            Correction(item="履行情况", before="全部未履行", after="部分未履行"),
        ),
        next_court=HIGHER,
    ),
    "rejection_decision": RejectionDecision(
        head=head(f"{CASE}-驳回1"),
        party=PERSON,
        order=LISTING,
        received_on=date(2026, 11, 12),
        claim="其没有履行能力，不应将其纳入失信被执行人名单",
        found="申请人名下银行账户在执行期间有大额资金往来，申请人未能说明用途",
        reasons="申请人有履行能力而拒不履行生效法律文书确定的义务，所涉决定认定事实清楚，适用法律正确",
        signature=SIGNED,
        next_court=HIGHER,
    ),
    "reconsideration_decision": ReconsiderationDecision(
        head=head("（2026）京执复12号-复议1", court=HIGHER),
        party=PERSON,
        order=LISTING,
        original_court=COURT,
        challenged=f"{CASE}-驳回1",
        received_on=date(2026, 11, 16),
        claim="其已经履行完毕",
        found="申请人已于2026年10月8日将执行款全部汇入执行款专户",
        reasons="申请人已经履行完毕，失信信息应予删除，驳回决定不当",
        signature=SIGNED,
        outcome=Outcome.CHANGED,
        results=(
            f"撤销{COURT}{CASE}-驳回1决定书",
            f"由{COURT}在三个工作日内删除测试𠅤喆的失信信息",
        ),
    ),
    "suspension_decision": SuspensionDecision(
        head=head(f"{CASE}-暂停1"),
        party=PERSON,
        order=LISTING,
        reasons="有证据显示被公布的人与被执行人可能不是同一人，需要进一步核实身份",
        signature=SIGNED,
        starts_on=date(2026, 11, 24),
        ends_on=date(2026, 12, 8),
    ),
    "resumption_decision": ResumptionDecision(
        head=head(f"{CASE}-恢复1"),
        party=PERSON,
        order=LISTING,
        reasons="经公安机关核实，被公布的人确为被执行人本人",
        signature=SIGNED,
        suspension_number=f"{CASE}-暂停1",
        resumed_on=date(2026, 11, 24),
        ends_on=date(2028, 9, 1),
        next_court=HIGHER,
    ),
    "extension_decision": ExtensionDecision(
        head=head(f"{CASE}-延长1"),
        party=PERSON,
        order=LISTING,
        reasons="被执行人在执行过程中以暴力方法抗拒执行，情节严重",
        signature=SIGNED,
        years=2,
        previous_end=date(2028, 9, 1),
        ends_on=date(2030, 9, 1),
        next_court=HIGHER,
    ),
    "removal_decision": RemovalDecision(
        head=head(f"{CASE}-删除1"),
        party=PERSON,
        order=LISTING,
        reasons="被执行人已于2026年11月20日将执行款全部汇入本院执行款专户",
        basis="最高人民法院关于公布失信被执行人名单信息的若干规定 第十条第一款第（一）项",
        document="执行款收据第2026-118号",
        signature=SIGNED,
        reason=RemovalReason.R1,
        ended_on=date(2026, 11, 24),
    ),
    "removal_certificate": RemovalCertificate(
        head=head("（2026）京0199证明17号"),
        party=MASKED,
        order=LISTING,
        reason=RemovalReason.R1,
        ending_number=f"{CASE}-删除1",
        since=date(2026, 11, 24),
        agencies=(
            AgencyTold(name="示例航旅", told_on=date(2026, 11, 24), lifted_on=date(2026, 11, 24)),
            AgencyTold(name="示例市公共资源交易中心", told_on=date(2026, 11, 24)),
        ),
    ),
    "service_proof": ServiceProof(
        head=head("（2026）京0199送达31号"),
        recipient=Party(name="测试𠅤喆", document="居民身份证", number="11010519491231002X"),
        papers=(f"{CASE}-失信1纳入失信被执行人名单决定书", f"{CASE}-限消1限制消费令"),
        way="直接送达",
        outcome="已送达",
        done_on=date(2026, 11, 25),
        place="示例市示范区人民法院诉讼服务中心",
        proof="受送达人签收的送达回证原件",
        server="演示书记员",
    ),
}
