"""Words of 单次许可决定书."""

from __future__ import annotations

from app.documents.acts import Permit
from app.documents.text import PaperText, heading, item, paragraph
from app.documents.wording import phrases
from app.documents.wording.acts import act_text
from app.documents.wording.phrases import cite
from app.formats import count_cn, day_cn
from blacklist.rules.lifecycle import OrderKind
from blacklist.rules.permits import Leave, needs_undertaking

_BASIS = {
    Leave.PERSONAL_ASSETS: ("CONS 3 第二款",),
    Leave.NECESSARY: ("CONS 8",),
    Leave.URGENT_TRAVEL: ("CONS 8", "GOOD 17"),
}
_BASIS_OF_EXIT = ("CPL 266", "ENF 25")


def permit_text(facts: Permit) -> PaperText:
    """Return the words of a permit."""
    exit_ban = facts.order.kind is OrderKind.EXIT_BAN
    basis = phrases.cite_as_told(facts.basis) or cite(*(_BASIS_OF_EXIT if exit_ban else _BASIS[facts.leave]))
    who = facts.party.name
    promise = (
        f"{who}于{day_cn(facts.undertaken_on)}书面承诺如实申请、按许可使用。" if facts.undertaken_on is not None else ""
    )
    middle = (
        paragraph(
            f"{day_cn(facts.applied_on)}，{who}以{phrases.stripped(facts.cause)}为由，向本院申请准许办理“{facts.purpose}”事项。"
            f"{promise}"
        ),
        *phrases.paragraphs(facts.reasons, before="经审查，"),
        *((paragraph(f"该申请已经上级人民法院确认，文书编号为{facts.confirmation}。"),) if facts.confirmation else ()),
        paragraph(f"本院认为，申请理由成立，应予准许。依照{basis}的规定，决定如下："),
        *(item(one) for one in phrases.numbered(_items(facts))),
        heading("使用须知"),
        paragraph(
            "使用本许可时，应当出示本决定书和本人有效身份证件。有关单位凭核验码核验后办理，并将使用情况告知本院。"
        ),
        paragraph(_abuse(facts)),
    )
    return act_text(facts, title="单次许可决定书", label="申请人", middle=middle)


def _items(facts: Permit) -> tuple[str, ...]:
    measure = phrases.MEASURE_NAMES[facts.order.kind]
    uses = count_cn(facts.uses or 0)
    return (
        f"准许{facts.party.name}{phrases.span(facts.starts_on, facts.ends_on)}（含首尾两日）办理“{facts.purpose}”事项，以{uses}次为限",
        f"本许可仅及于{facts.order.number}{phrases.ORDER_NAMES[facts.order.kind]}，仅限本人用于上述事项；许可的次数用完或者期间"
        f"届满，本许可即失效，{measure}恢复执行",
        f"除本许可准许的事项外，{measure}的其他内容继续有效",
    )


def _abuse(facts: Permit) -> str:
    law = f"依照{cite('GOOD 17')}的规定，" if needs_undertaking(facts.leave) else ""
    return (
        f"提供虚假证据材料，或者违反承诺、超出许可范围使用的，本院{law}撤销本许可，立即恢复限制措施，依法加重惩戒，对今后的同类申请"
        f"不再准许。"
    )
