"use strict";
(() => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const one = (id) => document.getElementById(id);
  const root = document.documentElement;
  const filter = one("filter");
  const help = one("help");
  const table = one("projects");
  const titles = all("th[data-column]");
  const chips = all(".chip");
  // what is asked of each project while somebody types is found once
  const items = all(".item").map((body, place) => ({ body, place, text: body.textContent.toLowerCase() }));

  function apply() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.dataset.verdict);
    let shown = 0;
    for (const { body, text } of items) {
      const fits = words.every((word) => text.includes(word)) &&
        (!verdicts.length || verdicts.includes(body.dataset.verdict));
      body.hidden = !fits;
      if (fits) shown += 1;
    }
    one("none").hidden = shown > 0 || !items.length;
    one("shown").textContent = shown + " of " + items.length + (items.length === 1 ? " project" : " projects");
  }

  function sort(title) {
    const before = title.getAttribute("aria-sort");
    const next = before === "ascending" ? "descending" : "ascending";
    for (const each of titles) each.setAttribute("aria-sort", each === title ? next : "none");
    const column = titles.indexOf(title);
    const key = ({ body }) => body.rows[0].cells[column].dataset.key;
    const numbers = items.every((item) => /^\d+$/.test(key(item)));
    const compare = numbers ? (a, b) => key(a) - key(b) : (a, b) => key(a).localeCompare(key(b), "en", { numeric: true });
    const sign = next === "ascending" ? 1 : -1;
    // equal ones stay in their first order
    const sorted = items.slice().sort((a, b) => sign * compare(a, b) || a.place - b.place);
    table.append(...sorted.map(({ body }) => body));
  }

  function toggle(button) {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    one(button.getAttribute("aria-controls")).hidden = !open;
  }

  function theme() {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("dockerfix-theme", root.dataset.theme); } catch { /* a file may have no storage */ }
  }

  function clear() {
    filter.value = "";
    for (const chip of chips) chip.setAttribute("aria-pressed", "false");
    apply();
  }

  const keys = {
    t: theme,
    "/": () => { filter.focus(); filter.select(); },
    "?": () => help.showModal(),
    Escape: clear,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target === filter) {
      if (event.key === "Escape") { clear(); filter.blur(); }
      return;
    }
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  table.addEventListener("click", (event) => {
    const title = event.target.closest("th[data-column]");
    const button = event.target.closest(".toggle");
    if (title) sort(title);
    else if (button) toggle(button);
  });

  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", chip.getAttribute("aria-pressed") === "true" ? "false" : "true");
      apply();
    });
  }
  filter.addEventListener("input", apply);
  one("theme").addEventListener("click", theme);
  one("keys").addEventListener("click", () => help.showModal());

  try {
    const stored = localStorage.getItem("dockerfix-theme");
    if (stored === "dark" || stored === "light") root.dataset.theme = stored;
  } catch { /* a file may have no storage */ }
  apply();
})();
