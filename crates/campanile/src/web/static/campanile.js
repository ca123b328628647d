// Only quickens: every page works without.
"use strict";

// The reader's own time beside UTC.
const localTimes = (part) => {
  for (const time of part.querySelectorAll("time[datetime]")) {
    const at = new Date(time.getAttribute("datetime"));
    if (isNaN(at) || at.getTimezoneOffset() === 0) continue;
    const clock = { hour: "2-digit", minute: "2-digit" };
    const day = { day: "numeric", month: "short" };
    const other = at.getDate() !== at.getUTCDate() ? day : {};
    const here = new Intl.DateTimeFormat("en-GB", { ...clock, ...other }).format(at);
    const span = document.createElement("span");
    span.className = "soft";
    span.textContent = " (" + here + " here)";
    time.after(span);
  }
};
localTimes(document);

// A board that is looked at stays true; what has the focus is left alone.
for (const part of document.querySelectorAll("[data-live]")) {
  setInterval(async () => {
    if (document.hidden || part.contains(document.activeElement)) return;
    try {
      const answer = await fetch(location.href);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (!fresh) return;
      part.replaceChildren(...fresh.childNodes);
      localTimes(part);
    } catch { /* the next time */ }
  }, part.dataset.live * 1000);
}

// j and k go through the rows of a list, Enter opens, / searches.
const list = document.querySelector("[data-rows]");
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, textarea, select")) return;
  if (event.key === "/") {
    const field = document.querySelector("form.search input[type=search]");
    if (!field) return;
    event.preventDefault();
    field.focus();
  } else if (list && (event.key === "j" || event.key === "k")) {
    const links = [...list.querySelectorAll("tbody th a")];
    const at = links.indexOf(document.activeElement) + (event.key === "j" ? 1 : -1);
    const next = links[Math.min(Math.max(at, 0), links.length - 1)];
    if (next) next.focus();
  }
});

// What may follow is offered while a query is typed: arrows go through it, Enter and Tab take one,
// Escape closes.
for (const input of document.querySelectorAll("[data-complete]")) {
  const octets = (text) => new TextEncoder().encode(text);
  const box = document.createElement("ul");
  box.className = "completions";
  box.id = input.id + "-completions";
  box.hidden = true;
  const roles = { role: "listbox", "aria-label": "What may follow" };
  for (const name in roles) box.setAttribute(name, roles[name]);
  const ways = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": box.id };
  for (const name in ways) input.setAttribute(name, ways[name]);
  input.after(box);
  let offered = [];
  let chosen = -1;
  let asked = 0;
  let timer = 0;
  const choose = (at) => {
    chosen = at;
    [...box.children].forEach((row, n) => row.setAttribute("aria-selected", String(n === at)));
    const row = box.children[at];
    if (row) {
      row.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", row.id);
    } else input.removeAttribute("aria-activedescendant");
  };
  const close = () => {
    clearTimeout(timer);
    asked += 1;
    box.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const take = (at) => {
    const { from, text } = offered[at];
    const before = octets(input.value.slice(0, input.selectionStart)).slice(0, from);
    const head = new TextDecoder().decode(before) + text;
    input.value = head + input.value.slice(input.selectionStart);
    input.setSelectionRange(head.length, head.length);
    close();
    if (/[:<>=, ]$/.test(text)) ask();
  };
  const show = () => {
    box.replaceChildren(...offered.map(({ text, about }, n) => {
      const row = document.createElement("li");
      row.id = box.id + "-" + n;
      row.setAttribute("role", "option");
      const code = document.createElement("code");
      code.textContent = text;
      row.append(code);
      if (about) {
        const said = document.createElement("span");
        said.className = "soft small";
        said.textContent = " " + about;
        row.append(said);
      }
      row.addEventListener("mousedown", (event) => { event.preventDefault(); take(n); });
      return row;
    }));
    box.hidden = offered.length === 0;
    input.setAttribute("aria-expanded", String(!box.hidden));
    choose(-1);
  };
  const ask = async () => {
    const number = asked += 1;
    const q = input.value.slice(0, input.selectionStart);
    const what = new URLSearchParams({ q, at: octets(q).length });
    try {
      const answer = await fetch(input.dataset.complete + "?" + what);
      if (!answer.ok || number !== asked) return;
      const { completions } = await answer.json();
      if (number !== asked || document.activeElement !== input) return;
      offered = completions.filter(({ from, text }) => new TextDecoder().decode(octets(q).slice(from)) !== text);
      show();
    } catch { /* typing goes on without */ }
  };
  // What was offered for less is not taken for more.
  input.addEventListener("input", () => { close(); timer = setTimeout(ask, 120); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && box.hidden) { event.preventDefault(); ask(); return; }
    if (box.hidden) return;
    const count = offered.length;
    if (event.key === "ArrowDown") choose((chosen + 1) % count);
    else if (event.key === "ArrowUp") choose((chosen <= 0 ? count : chosen) - 1);
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) take(chosen);
    else { if (/^(ArrowLeft|ArrowRight|Home|End)$/.test(event.key)) close(); return; }
    event.preventDefault();
  });
}

// Files are dropped where they are chosen.
for (const place of document.querySelectorAll("[data-drop]")) {
  const input = place.querySelector("input[type=file]");
  place.addEventListener("dragover", (event) => event.preventDefault());
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    input.files = event.dataTransfer.files;
  });
}

// What is wrong is read first.
const faults = document.getElementById("faults");
if (faults) faults.focus();

// The alert form: the draft is saved every 20 seconds while something changes.
const form = document.getElementById("alert-form");
if (form) {
  const status = document.getElementById("draft-status");
  const text = () => new URLSearchParams(new FormData(form)).toString();
  let saved = text();
  let leaving = false;
  const save = async () => {
    const now = text();
    if (leaving || now === saved) return;
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "application/json" },
      });
      if (!answer.ok) throw new Error(answer.status);
      const { draft } = await answer.json();
      form.elements.draft.value = draft;
      saved = text();
      status.textContent = "Draft saved at " + new Date().toISOString().slice(11, 16) + " UTC.";
    } catch {
      status.textContent = "The draft could not be saved. Leave this page open; it is tried again.";
    }
  };
  setInterval(save, 20000);
  form.addEventListener("submit", () => { leaving = true; });
  addEventListener("pageshow", () => { leaving = false; });

  // What the teams will read, while it is written; only where it is opened.
  const live = document.getElementById("live");
  let timer = 0;
  const render = async () => {
    if (!live.open) return;
    try {
      const answer = await fetch("/alerts/preview/live", {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
      });
      if (!answer.ok) throw new Error(answer.status);
      const { text, document: xml } = await answer.json();
      document.getElementById("live-text").textContent = text;
      document.getElementById("live-xml").textContent = xml;
    } catch {
      document.getElementById("live-text").textContent = "The preview cannot be shown now.";
    }
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(render, 600); };
  if (live) {
    live.hidden = false;
    live.addEventListener("toggle", render);
    form.addEventListener("input", soon);
  }

  // Half an hour of typing is not lost by a wrong click.
  addEventListener("beforeunload", (event) => {
    if (!leaving && text() !== saved) event.preventDefault();
  });
}
