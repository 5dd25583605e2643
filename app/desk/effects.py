"""What an act will change outside the desk, told before it is done."""

from __future__ import annotations

from app.desk.acting import Desk
from app.desk.words import KIND_TITLES
from blacklist.models import Court, Order, OrderBinding
from blacklist.queries import desk as desk_queries
from blacklist.queries import orders as order_queries
from blacklist.queries.agencies import count_agencies_asking
from blacklist.queries.subjects import open_subject
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.measures import MEASURES, measures_for
from blacklist.rules.purposes import PURPOSES
from blacklist.rules.subjects import ROLE_TITLES, BoundRole
from blacklist.vocabulary import SubjectKind

_ALL_PURPOSES = frozenset(measure.purpose for measure in MEASURES)


def effect_of_ending(desk: Desk, order: Order) -> list[str]:
    """Return what ending this order opens again, for whom, and what still stands against them."""
    lines = []
    bindings = order_queries.list_bindings(desk.session, order.id)
    if OrderState(order.state) is not OrderState.EFFECTIVE:
        lines.append("该决定目前未产生限制效力，终止后不再生效。")
    lines += _purpose_lines(desk, order, bindings)
    if order.kind == OrderKind.LISTING.value:
        lines.append("公示页面即时撤下，原地址只显示“该信息已不再公示”。")
    lines.append("各协助单位此后查询不再命中本决定。")
    for subject_id in dict.fromkeys(one.subject_id for one in bindings):
        lines.append(_still_standing(desk, order, subject_id))
    return lines


def effect_of_suspending(desk: Desk, order: Order) -> list[str]:
    """Return what a rest of this order opens for its time, and what still stands."""
    bindings = order_queries.list_bindings(desk.session, order.id)
    lines = _purpose_lines(desk, order, bindings)
    if order.kind == OrderKind.LISTING.value:
        lines.append("公示页面即时撤下；恢复后重新公示，首次公示日期不变。")
    lines.append("期限继续计算，不因暂停而延长；暂停期满不会自行恢复，须经两人办理。")
    lines += [_still_standing(desk, order, one) for one in dict.fromkeys(two.subject_id for two in bindings)]
    return lines


def effect_of_resuming(desk: Desk, order: Order) -> list[str]:
    """Return what the order does once it works again."""
    lines = _purpose_lines(desk, order, order_queries.list_bindings(desk.session, order.id), lifted=False)
    if order.kind == OrderKind.LISTING.value:
        lines.append("重新在公开网站公示。")
    return lines


def effect_of_releasing(desk: Desk, order: Order, binding: OrderBinding) -> list[str]:
    """Return what setting one bound person free opens, and what still stands against that person."""
    lines = _purpose_lines(desk, order, [binding])
    lines.append("同意之时即时解除；本决定对被执行人和其他受限人员继续有效。")
    also = [
        ROLE_TITLES[BoundRole(one.role)]
        for one in order_queries.list_bindings(desk.session, order.id)
        if one.subject_id == binding.subject_id and one.id != binding.id and one.until_on is None
    ]
    if also:
        lines.append(f"该人员仍以{'、'.join(also)}身份受本决定限制。")
    lines.append(_still_standing(desk, order, binding.subject_id))
    return lines


def effect_of_issuing(desk: Desk, order: Order) -> list[str]:
    """Return what signing this order leads to."""
    kind = OrderKind(order.kind)
    bindings = order_queries.list_bindings(desk.session, order.id)
    lines = _purpose_lines(desk, order, bindings, lifted=False)
    if kind is OrderKind.EXIT_BAN:
        lines.insert(0, "签发后即时生效，不公示。")
    else:
        lines.insert(0, "生成决定书编号；登记送达后才公示和限制。")
    return lines


def effect_of_service(order: Order) -> list[str]:
    """Return what a record of service sets off."""
    if OrderState(order.state) is OrderState.ISSUED:
        public = "并在公开网站公示" if order.kind == OrderKind.LISTING.value else ""
        return [f"如不再有其他条件（宽限期等），该决定即时产生限制效力{public}。", "凭证加密保存，送达记录不可更改。"]
    return ["该决定已经生效，仅补充送达记录。"]


def _purpose_lines(desk: Desk, order: Order, bindings: list[OrderBinding], *, lifted: bool = True) -> list[str]:
    purposes: set[str] = set()
    for one in bindings:
        purposes |= _purposes_blocked(desk, order, one)
    if not purposes:
        return []
    agencies = count_agencies_asking(desk.session, frozenset(purposes))
    names = "、".join(PURPOSES[code].name for code in PURPOSES if code in purposes)
    verb = "恢复办理" if lifted else "将受限制"
    return [f"{len(purposes)} 项事项{verb}：{names}。", f"{agencies} 家协助单位可以查询这些事项，此后得到新的结果。"]


def _purposes_blocked(desk: Desk, order: Order, binding: OrderBinding) -> set[str]:
    subject_kind = SubjectKind(desk_queries.get_subject(desk.session, binding.subject_id).kind)
    kind, role = OrderKind(order.kind), BoundRole(binding.role)
    return {
        purpose
        for purpose in _ALL_PURPOSES
        if measures_for(kind, purpose, subject_kind=subject_kind, role=role, on=desk.today)
    }


def _still_standing(desk: Desk, order: Order, subject_id: int) -> str:
    name = open_subject(desk.session, subject_id, vault=desk.vault).name
    others = desk_queries.list_standing_against(desk.session, [subject_id], but=order.id, on=desk.today)
    if not others:
        return f"{name}：没有其他生效决定，终止后不受限制。"
    told = [text for other, court in others if (text := _told(desk, other, court))]
    hidden = len(others) - len(told)
    if hidden:
        told.append(f"其他法院的决定 {hidden} 份")
    return f"{name}：仍有 {len(others)} 份生效决定，相应限制继续（{'；'.join(told)}）。"


def _told(desk: Desk, order: Order, court: Court) -> str:
    """Return an order in a few words; another court's are named only where everybody sees them (listings)."""
    own = order.court_id in desk.actor.court_ids()
    if not own and order.kind != OrderKind.LISTING.value:
        return ""
    return f"{court.name}{KIND_TITLES[OrderKind(order.kind)]} {order.order_no}"
