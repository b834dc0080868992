"use strict";
// What every page has: a theme, the list of keys, and a filter with buttons.
const frame = (() => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const one = (id) => document.getElementById(id);
  const root = document.documentElement;
  const filter = one("filter");
  const help = one("help");
  const chips = all(".chip");

  function theme() {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("dockerfix-theme", root.dataset.theme); } catch { /* a file may have no storage */ }
  }

  // the words that the filter asks for, and the buttons that are pressed
  const words = () => filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const pressed = () => chips.filter((chip) => chip.getAttribute("aria-pressed") === "true");

  function clear() {
    if (filter) filter.value = "";
    for (const chip of chips) chip.setAttribute("aria-pressed", "false");
  }

  // `apply` shows what the filter asks for, `reset` clears it, `own` are keys of this page
  function start(apply, reset, own) {
    const keys = {
      ...own,
      t: theme,
      "/": () => { if (filter) { filter.focus(); filter.select(); } },
      "?": () => help.showModal(),
      Escape: reset,
    };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
      if (event.target === filter) {
        if (event.key === "Escape") { reset(); filter.blur(); }
        return;
      }
      if (keys[event.key]) {
        event.preventDefault();
        keys[event.key]();
      }
    });
    for (const chip of chips) {
      chip.addEventListener("click", () => {
        chip.setAttribute("aria-pressed", chip.getAttribute("aria-pressed") === "true" ? "false" : "true");
        apply();
      });
    }
    if (filter) filter.addEventListener("input", apply);
    one("theme").addEventListener("click", theme);
    one("keys").addEventListener("click", () => help.showModal());
    try {
      const stored = localStorage.getItem("dockerfix-theme");
      if (stored === "dark" || stored === "light") root.dataset.theme = stored;
    } catch { /* a file may have no storage */ }
  }

  return { all, one, root, filter, words, pressed, clear, start };
})();
