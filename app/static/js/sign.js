/**
 * The signing table by keys: J K move, Space opens, A agrees, R and a digit returns, H holds; only with focus on it.
 * Each choice is sent by itself, one after the other; the page's own buttons send the same fields.
 */
const form = document.querySelector("form[data-sign]");
const cards = form ? [...form.querySelectorAll("[data-card]")] : [];
const reasons = [...document.querySelectorAll("#return-reasons option")].map((one) => one.value);
let line = Promise.resolve();
let returning = null;

const field = (card, name) => form.elements[`${name}_${card.dataset.row}`];

function say(card, words, fault = false) {
  for (const said of [card.querySelector("[data-said]"), form.querySelector("[data-say]")]) {
    said.textContent = words;
    said.classList.toggle("sign-fault", fault);
  }
}

function add(room, tag, words = "") {
  const made = room.appendChild(document.createElement(tag));
  made.textContent = words;
  return made;
}

function show(card, groups) {
  for (const [title, facts] of groups) {
    const part = add(card.querySelector("[data-details]"), "section");
    add(part, "h3", title);
    const list = add(part, "dl");
    list.className = "facts";
    for (const [label, value] of facts) {
      const row = add(list, "div");
      add(row, "dt", label);
      add(row, "dd", value || "无");
    }
  }
}

async function send(card, act) {
  const body = new FormData();
  const saves = act === "save";
  body.append("csrf_token", form.elements.csrf_token.value);
  body.append("do", act);
  for (const name of saves ? ["order", "version", "choice", "reason"] : ["order", "version"]) {
    body.append(`${name}_${card.dataset.row}`, field(card, name).value);
  }
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  const { faults, counts, details } = await answer.json();
  form.querySelectorAll("[data-counts] b").forEach((one, at) => { one.textContent = counts[at]; });
  const fault = faults[card.dataset.card];
  say(card, fault || (saves ? "已保存" : ""), Boolean(fault));
  if (!fault && !saves) {
    delete card.dataset.closed;
    card.querySelector("[data-opened]").hidden = false;
    show(card, details);
  }
}

function queue(card, act) {
  line = line.then(() => send(card, act)).catch(() => say(card, "未保存，请用下方按钮保存", true));
}

function move(card, step) {
  (cards[cards.indexOf(card) + step] || form.querySelector("[data-main]")).focus();
}

function choose(card, choice) {
  const radio = [...field(card, "choice")].find((one) => one.value === choice);
  if (!radio) {
    say(card, "有不符合规定的事项，不能同意", true);
  } else if (choice === "agree" && "closed" in card.dataset) {
    say(card, "须先按空格查看全部内容", true);
  } else {
    radio.checked = true;
    queue(card, "save");
    move(card, 1);
  }
}

function open(card) {
  const room = card.querySelector("[data-details]");
  if (room.childElementCount) {
    room.hidden = !room.hidden;
  } else {
    queue(card, `open-${card.dataset.row}`);
  }
}

const ACTS = {
  j: (card) => move(card, 1),
  k: (card) => card !== cards[0] && move(card, -1),
  " ": open,
  a: (card) => choose(card, "agree"),
  h: (card) => choose(card, "hold"),
  r: (card) => {
    returning = card;
    say(card, `退回理由，按数字：${reasons.map((one, at) => `${at + 1} ${one}`).join(" ")}`);
  },
};

function press(event) {
  const card = event.target.closest("[data-card]");
  const taken = event.isComposing || event.ctrlKey || event.altKey || event.metaKey;
  const typing = event.target.matches("input:not([type=radio]), button, a") || (event.key === " " && event.target !== card);
  if (!card || taken || typing || document.body.dataset.shortcuts === "off") {
    return;
  }
  const reason = returning === card && reasons[event.key - 1];
  const act = ACTS[event.key.toLowerCase()];
  returning = null;
  if (reason) {
    field(card, "reason").value = reason;
    choose(card, "return");
  } else if (act) {
    act(card);
  }
  if (reason || act) {
    event.preventDefault();
    event.stopPropagation();
  }
}

if (form) {
  document.addEventListener("keydown", press, true);
  form.addEventListener("click", (event) => {
    const card = event.target.closest("[data-card]");
    if (card && event.target.closest("button")) {
      event.preventDefault();
      open(card);
    }
  });
  form.addEventListener("change", (event) => {
    const card = event.target.closest("[data-card]");
    const choice = card && field(card, "choice").value;
    if (choice && (choice !== "return" || field(card, "reason").value)) {
      queue(card, "save");
    }
  });
  form.querySelector("[data-help]").hidden = false;
  const first = cards.find((card) => !field(card, "choice").value);
  if (first && !document.querySelector(".error-summary")) {
    first.focus();
  }
}
