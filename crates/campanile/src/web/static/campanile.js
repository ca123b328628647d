// Only quickens: every page works without.
"use strict";

// The reader's own time beside UTC.
for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.getAttribute("datetime"));
  if (isNaN(at) || at.getTimezoneOffset() === 0) continue;
  const here = new Intl.DateTimeFormat("en-GB", {
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  }).format(at);
  time.title = here + " in your time zone";
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

  // Half an hour of typing is not lost by a wrong click.
  addEventListener("beforeunload", (event) => {
    if (!leaving && text() !== saved) event.preventDefault();
  });
}
