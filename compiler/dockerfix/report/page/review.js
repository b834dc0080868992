"use strict";
(() => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const one = (id) => document.getElementById(id);
  const root = document.documentElement;
  const filter = one("filter");
  const help = one("help");
  const cards = all(".finding");
  const rows = all("tr[data-findings]");
  const chips = all(".chip");
  const numbers = (text) => (text ? text.split(" ") : []);
  let current = null;

  function places(number) {
    return rows.filter((row) => numbers(row.dataset.findings).includes(number));
  }

  function light(number) {
    for (const row of rows) {
      const on = number !== null && numbers(row.dataset.findings).includes(number);
      row.classList.toggle("on", on);
      for (const cell of row.querySelectorAll("td.line")) {
        const mine = on && numbers(cell.dataset.of).includes(number);
        cell.classList.toggle("mine", mine);
        cell.previousElementSibling.classList.toggle("mine", mine);
      }
    }
  }

  // `to`: "line" scrolls to the place, "card" to the reason, "both" to both
  function choose(number, to) {
    current = number;
    light(number);
    for (const card of cards) {
      const chosen = card.dataset.number === number;
      if (chosen) card.setAttribute("aria-current", "true");
      else card.removeAttribute("aria-current");
      card.querySelector("details").open = chosen;
    }
    if (number === null) return;
    const card = one("finding-" + number);
    const row = places(number)[0];
    if (to !== "line") card.scrollIntoView({ block: "nearest" });
    if (to !== "card" && row) row.scrollIntoView({ block: "center" });
    if (to !== "line") card.querySelector(".head").focus({ preventScroll: true });
  }

  function pressed(name) {
    return chips.filter((chip) => chip.dataset[name] && chip.getAttribute("aria-pressed") === "true")
      .map((chip) => chip.dataset[name]);
  }

  function apply() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = pressed("severity");
    const codes = pressed("code");
    const shown = new Set();
    for (const card of cards) {
      const text = card.textContent.toLowerCase();
      const fits = words.every((word) => text.includes(word)) &&
        (!severities.length || severities.includes(card.dataset.severity)) &&
        (!codes.length || codes.includes(card.dataset.code));
      card.hidden = !fits;
      if (fits) shown.add(card.dataset.number);
    }
    for (const row of rows) row.classList.toggle("off", !numbers(row.dataset.findings).some((each) => shown.has(each)));
    one("none").hidden = shown.size > 0 || !cards.length;
    one("shown").textContent = shown.size + " of " + cards.length + (cards.length === 1 ? " finding" : " findings");
    if (current !== null && !shown.has(current)) choose(null);
  }

  function step(by) {
    const visible = cards.filter((card) => !card.hidden);
    if (!visible.length) return;
    const at = visible.findIndex((card) => card.dataset.number === current);
    const next = at < 0 ? (by > 0 ? 0 : visible.length - 1) : (at + by + visible.length) % visible.length;
    choose(visible[next].dataset.number, "both");
  }

  function theme() {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("dockerfix-theme", root.dataset.theme); } catch { /* a file may have no storage */ }
  }

  function clear() {
    filter.value = "";
    for (const chip of chips) chip.setAttribute("aria-pressed", "false");
    choose(null);
    apply();
  }

  const keys = {
    n: () => step(1),
    p: () => step(-1),
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

  document.addEventListener("click", (event) => {
    const mark = event.target.closest(".mark");
    const line = event.target.closest("td.line[data-of]");
    const card = event.target.closest(".finding");
    if (mark) choose(mark.dataset.to, "card");
    else if (line && !String(getSelection())) choose(numbers(line.dataset.of)[0], "card");
    else if (card && !event.target.closest("details, a")) choose(card.dataset.number, "line");
  });

  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", chip.getAttribute("aria-pressed") === "true" ? "false" : "true");
      apply();
    });
  }
  filter.addEventListener("input", apply);
  one("next").addEventListener("click", () => step(1));
  one("previous").addEventListener("click", () => step(-1));
  one("theme").addEventListener("click", theme);
  one("keys").addEventListener("click", () => help.showModal());

  try {
    const stored = localStorage.getItem("dockerfix-theme");
    if (stored === "dark" || stored === "light") root.dataset.theme = stored;
  } catch { /* a file may have no storage */ }
  apply();
})();
