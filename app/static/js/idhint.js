/**
 * Live hints beside a document number. A form with `data-hints="/desk/hints"` posts its document, name, case number
 * and amount fields (with the CSRF token, never in a URL) when one of them is left; the answer is
 * `{"messages": [{"field": "number", "text": "…", "fault": false}, …]}`. Texts are shown as text, nothing else.
 * Silent on every failure: the server judges again when the form is sent.
 */
const ASKED = ["document_type", "number", "country", "name", "case_number", "amount_due", "amount_performed"];
const PAUSE = 250; // milliseconds after the last change

function shown(form, messages) {
  for (const region of form.querySelectorAll("[data-hint-for]")) {
    const own = messages.filter((message) => message.field === region.dataset.hintFor);
    region.textContent = own.map((message) => message.text).join("；");
    region.classList.toggle("live-fault", own.some((message) => message.fault));
  }
}

async function ask(form, signal) {
  const body = new FormData();
  body.append("csrf_token", form.elements.csrf_token.value);
  for (const name of ASKED) {
    const field = form.elements[name];
    if (field && field.value) {
      body.append(name, field.value);
    }
  }
  const answer = await fetch(form.dataset.hints, {
    method: "POST",
    body,
    signal,
    credentials: "same-origin",
    headers: { Accept: "application/json" },
  });
  if (!answer.ok) {
    return [];
  }
  const { messages = [] } = await answer.json();
  return messages.filter((message) => typeof message.text === "string");
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
      if (running) {
        running.abort();
      }
      running = new AbortController();
      try {
        shown(form, await ask(form, running.signal));
      } catch {
        shown(form, []);
      }
    }, PAUSE);
  });
}
