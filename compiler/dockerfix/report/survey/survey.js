(() => {
  const { all, one, words, pressed, clear, start } = frame;
  const table = one("projects");
  const titles = all("th[data-column]");
  // what is asked of each project while somebody types is found once
  const items = all(".item").map((body, place) => ({ body, place, text: body.textContent.toLowerCase() }));

  function apply() {
    const wanted = words();
    const verdicts = pressed().map((chip) => chip.dataset.verdict);
    let shown = 0;
    for (const { body, text } of items) {
      const fits = wanted.every((word) => text.includes(word)) &&
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

  function reset() {
    clear();
    apply();
  }

  table.addEventListener("click", (event) => {
    const title = event.target.closest("th[data-column]");
    const button = event.target.closest(".toggle");
    if (title) sort(title);
    else if (button) toggle(button);
  });

  start(apply, reset, {});
  apply();
})();
