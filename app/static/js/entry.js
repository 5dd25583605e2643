/**
 * Entering an order without the mouse: Enter goes on, digits choose in a group, Alt+1..6 jump; fields that do not
 * belong to the chosen kind or document are out of the way. The time from the first key to the read-back's button
 * stays in this tab and is shown once, to who typed.
 */
const form = document.querySelector("form[data-entry]");
const kept = window.sessionStorage;
const STARTED = "entry-started";
const TOOK = "entry-took";

function suit() {
  for (const part of form.querySelectorAll("[data-when]")) {
    const [name, values] = part.dataset.when.split("=");
    const filled = part.querySelector(".error");
    part.hidden = !filled && !values.split(" ").includes(form.elements[name].value);
  }
}

/** Everything that takes the focus, in order; of a group of boxes only the one that has it. */
function stops() {
  return [...form.querySelectorAll("input, select, textarea, button")].filter(
    (one) => one.type !== "hidden" && one.tabIndex >= 0 && one.offsetParent !== null,
  );
}

function next(from) {
  const all = stops().filter((one) => one === from || one.type !== "radio" || one.name !== from.name);
  (all[all.indexOf(from) + 1] || from).focus();
}

/** One stop for a group of boxes: arrows and digits move within, as they do among radio buttons. */
function rove(boxes, to) {
  boxes.forEach((box, at) => { box.tabIndex = at === to ? 0 : -1; });
}

function pick(boxes, at) {
  if (boxes[at]) {
    boxes[at].focus();
    boxes[at].click();
    if (boxes[at].type === "checkbox") {
      rove(boxes, at);
    }
  }
}

function press(event) {
  const at = event.target;
  if (event.isComposing || event.ctrlKey || event.metaKey || document.body.dataset.shortcuts === "off") {
    return;
  }
  const group = at.matches("[type=radio], [type=checkbox]") ? [...at.closest("fieldset").querySelectorAll("input")] : [];
  const turn = at.type === "checkbox" && { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.altKey) {
    const stop = stops().find((one) => one.closest(`#group-${CSS.escape(event.key)}`));
    if (!stop) {
      return;
    }
    stop.focus();
  } else if (event.key === "Enter" && at.matches("input, select")) {
    next(at);
  } else if (group.length && event.key > "0" && event.key <= "9") {
    pick(group, event.key - 1);
  } else if (turn && group[group.indexOf(at) + turn]) {
    rove(group, group.indexOf(at) + turn);
    group[group.indexOf(at) + turn].focus();
  } else {
    return;
  }
  event.preventDefault();
}

function tidy(event) {
  const { name, value, dataset, checked } = event.target;
  if (name === "case_number" && /^\d{1,8}$/.test(value.trim())) {
    event.target.value = `${form.dataset.prefix}${value.trim()}号`;
  } else if (name === "number") {
    event.target.value = value.replace(/\s/g, "").toUpperCase();
  } else if (name === "debtor" && checked) {
    const { number, name: person } = form.elements;
    person.value = dataset.name;
    form.elements.document_type.value = dataset.documentType;
    form.elements.representative.value = dataset.representative;
    number.required = false;
    number.value = "";
  }
  suit();
}

if (form) {
  if ("fresh" in form.dataset) {
    kept.removeItem(STARTED);
  }
  for (const group of form.querySelectorAll(".choices")) {
    rove([...group.querySelectorAll("[type=checkbox]")], 0);
  }
  form.querySelector(".no-script")?.remove();
  form.addEventListener("change", tidy, true);
  suit();
  document.addEventListener("keydown", (event) => {
    if (!kept.getItem(STARTED)) {
      kept.setItem(STARTED, Date.now());
    }
    press(event);
  });
}
document.querySelector("form[data-confirm]")?.addEventListener("submit", () => {
  if (kept.getItem(STARTED)) {
    kept.setItem(TOOK, Math.round((Date.now() - kept.getItem(STARTED)) / 1000));
  }
});
const took = document.querySelector("[data-took]");
if (took && kept.getItem(TOOK)) {
  took.textContent = ` · 用时 ${kept.getItem(TOOK)} 秒`;
  kept.removeItem(TOOK);
  kept.removeItem(STARTED);
}
