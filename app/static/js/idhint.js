/**
 * Live hints beside the entry form. A form with `data-hints="/desk/hints"` posts the fields below (with the CSRF token,
 * never in a URL) when one of them is left; the answer is `{"messages": [{"field", "text", "fault"}…], "case": …}`.
 * What is known of the case fills empty fields and offers its debtors. Texts are shown as text, nothing else.
 * Silent on every failure: the server judges again when the form is sent.
 */
const ASKED = ["document_type", "number", "country", "name", "case_number", "amount_due", "amount_performed", "kind", "grounds", "exit_ban_months"];
const PAUSE = 150; // milliseconds after the last change

function shown(form, messages) {
  for (const region of form.querySelectorAll("[data-hint-for]")) {
    const own = messages.filter((message) => message.field === region.dataset.hintFor);
    region.textContent = own.map((message) => message.text).join("；");
    region.classList.toggle("live-fault", own.some((message) => message.fault));
  }
}

function offer(form, known) {
  const room = form.querySelector("[data-debtors]");
  if (!room || !known || room.dataset.of === known.number) {
    return;
  }
  room.dataset.of = known.number;
  room.hidden = false;
  for (const name of ["filed_on", "basis_number", "basis_maker"]) {
    form.elements[name].value = form.elements[name].value || known[name];
  }
  const list = room.querySelector(".choices");
  list.textContent = "";
  for (const one of known.debtors) {
    const label = list.appendChild(document.createElement("label"));
    label.className = "choice";
    const radio = label.appendChild(document.createElement("input"));
    Object.assign(radio, { type: "radio", name: "debtor", value: one.ref });
    Object.assign(radio.dataset, { name: one.name, documentType: one.document_type, representative: one.representative });
    const words = label.appendChild(document.createElement("span"));
    words.textContent = one.label;
    words.appendChild(document.createElement("small")).textContent = one.orders;
  }
}

async function ask(form, signal) {
  const body = new FormData();
  for (const [name, value] of new FormData(form)) {
    if (value && (ASKED.includes(name) || name === "csrf_token")) {
      body.append(name, value);
    }
  }
  const answer = await fetch(form.dataset.hints, { method: "POST", body, signal, headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : { messages: [] };
}

for (const form of document.querySelectorAll("form[data-hints]")) {
  let timer = 0;
  let running = null;
  form.addEventListener("change", (event) => {
    if (!ASKED.includes(event.target.name)) {
      return;
    }
    window.clearTimeout(timer);
    timer = window.setTimeout(async () => {
      running?.abort();
      running = new AbortController();
      try {
        const { messages, case: known } = await ask(form, running.signal);
        shown(form, messages);
        offer(form, known);
      } catch (error) {
        if (error.name !== "AbortError") {
          shown(form, []);
        }
      }
    }, PAUSE);
  });
}
