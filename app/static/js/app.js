/**
 * The thin layer over pages that are complete without it: copy buttons, focus on the error summary,
 * one send per form, print buttons, staff shortcuts. Nothing here is needed to finish a journey.
 */

/** Puts words into the page's polite live region. */
function say(words) {
  const region = document.getElementById("live");
  if (region) {
    region.textContent = words;
  }
}

/** `<button data-copy="id" hidden>`: copies the text of that element. */
function copyButtons() {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    if (!source || !navigator.clipboard) {
      continue;
    }
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent.trim());
        say("已复制");
      } catch {
        say("未能复制，请手动选择文字");
      }
    });
  }
}

function printButtons() {
  for (const button of document.querySelectorAll("button[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

/** A second click must not send a legal act twice; coming back to the page frees the form again. */
function sendOnce() {
  for (const form of document.querySelectorAll('form[method="post"]')) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "yes";
      say("正在提交");
    });
  }
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
    }
  });
}

/** Fields that shall not move focus on Enter: those where Enter makes a line, and buttons. */
function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

function nearestForm() {
  const inside = document.activeElement && document.activeElement.closest("form[data-keys]");
  return inside || document.querySelector("form[data-keys]");
}

/** Staff keys: Ctrl+Enter sends, Ctrl+S saves the draft, N opens a new entry, ? goes to the list of keys. */
function staffKeys() {
  if (!document.body.classList.contains("staff") || document.body.dataset.shortcuts === "off") {
    return;
  }
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) {
      return;
    }
    const form = nearestForm();
    if (event.ctrlKey && event.key === "Enter" && form) {
      const main = form.querySelector("[data-main]");
      if (main) {
        event.preventDefault();
        main.click();
      }
      return;
    }
    if (event.ctrlKey && event.key === "s" && form) {
      const draft = form.querySelector("[data-draft]");
      if (draft) {
        event.preventDefault();
        draft.click();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || isTyping(event.target)) {
      return;
    }
    const link = document.querySelector(`a[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    }
  });
}

/** The summary of errors takes the focus, and Enter leads on to the first; else a heading marked to be read first. */
function focusFirst() {
  const first = document.querySelector(".error-summary") || document.querySelector("[data-heading]");
  if (!first) {
    return;
  }
  first.focus();
  first.addEventListener("keydown", (event) => {
    const way = first.matches(".error-summary") ? first.querySelector("a") : document.querySelector("[data-main]");
    if (event.key === "Enter" && event.target === first && way && first.dataset.heading !== "") {
      event.preventDefault();
      way.click();
    }
  });
}

/** Keys can be switched off; only this browser remembers it, and without scripts there are none. */
function keysSwitch() {
  const off = window.localStorage.getItem("shortcuts") === "off";
  if (off) {
    document.body.dataset.shortcuts = "off";
  }
  const button = document.querySelector("[data-keys-switch]");
  if (button) {
    button.hidden = false;
    button.textContent = off ? "打开快捷键" : "关闭快捷键";
    button.addEventListener("click", () => {
      window.localStorage.setItem("shortcuts", off ? "on" : "off");
      window.location.reload();
    });
  }
}

copyButtons();
printButtons();
sendOnce();
keysSwitch();
staffKeys();
focusFirst();
