"use strict";
// Without this script every link and fold works too: it adds the filter, the keys and the highlights.
(() => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const one = (id) => document.getElementById(id);
  const root = document.documentElement;
  const filter = one("filter");
  const help = one("help");
  const cards = all(".card");
  const rows = all("tr[data-findings]");
  const chips = all(".chip");
  const numbers = (element) => element.dataset.findings.split(" ");
  let current = null;

  root.classList.add("script");

  function cardOf(number) {
    return cards.find((card) => card.dataset.numbers.split(" ").includes(number));
  }

  function choose(card) {
    if (current) current.removeAttribute("aria-current");
    current = card;
    const own = card ? card.dataset.numbers.split(" ") : [];
    if (card) card.setAttribute("aria-current", "true");
    for (const row of rows) row.classList.toggle("on", numbers(row).some((number) => own.includes(number)));
  }

  // show a card even if the filter hides it, and give it the focus, so that the next Tab goes on from there
  function goTo(card) {
    if (card.hidden) clear();
    choose(card);
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "center" });
  }

  function pressed() {
    return chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.dataset.severity);
  }

  function apply() {
    if (!filter) return;
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = pressed();
    for (const card of cards) {
      const text = card.textContent.toLowerCase();
      card.hidden = !words.every((word) => text.includes(word)) ||
        (severities.length > 0 && !severities.includes(card.dataset.severity));
    }
    const shown = cards.filter((card) => !card.hidden).length;
    for (const list of all(".cards")) {
      list.hidden = !list.querySelector(".card:not([hidden])");
      list.previousElementSibling.hidden = list.hidden;
    }
    one("none").hidden = shown > 0;
    one("shown").textContent = shown === cards.length ? "" : shown + " of " + cards.length;
    if (current && current.hidden) choose(null);
  }

  function step(by) {
    const visible = cards.filter((card) => !card.hidden);
    if (!visible.length) return;
    const at = visible.indexOf(current);
    goTo(visible[at < 0 ? (by > 0 ? 0 : visible.length - 1) : (at + by + visible.length) % visible.length]);
  }

  function theme() {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("dockerfix-theme", root.dataset.theme); } catch { /* a file may have no storage */ }
  }

  function clear() {
    if (filter) filter.value = "";
    for (const chip of chips) chip.setAttribute("aria-pressed", "false");
    choose(null);
    apply();
  }

  const keys = {
    n: () => step(1),
    p: () => step(-1),
    t: theme,
    "/": () => { if (filter) { filter.focus(); filter.select(); } },
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
    const row = event.target.closest("tr[data-findings]");
    const place = event.target.closest("a.place");
    if (mark) {
      event.preventDefault();
      goTo(one(mark.hash.slice(1)));
    } else if (row && !String(getSelection())) {
      goTo(cardOf(numbers(row)[0]));
    } else if (place) {
      choose(place.closest(".card"));
    }
  });

  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", chip.getAttribute("aria-pressed") === "true" ? "false" : "true");
      apply();
    });
  }
  if (filter) filter.addEventListener("input", apply);
  one("next").addEventListener("click", () => step(1));
  one("previous").addEventListener("click", () => step(-1));
  one("theme").addEventListener("click", theme);
  one("keys").addEventListener("click", () => help.showModal());

  try {
    const stored = localStorage.getItem("dockerfix-theme");
    if (stored === "dark" || stored === "light") root.dataset.theme = stored;
  } catch { /* a file may have no storage */ }
})();
