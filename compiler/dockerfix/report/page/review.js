// Without this script every link and fold works too: it adds the filter, the keys and the highlights.
(() => {
  const { all, one, root, filter, words, pressed, clear, start } = frame;
  const cards = all(".card");
  const rows = all("tr[data-findings]");
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
    if (card.hidden) reset();
    choose(card);
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "center" });
  }

  function apply() {
    if (!filter) return;
    const wanted = words();
    const severities = pressed().map((chip) => chip.dataset.severity);
    for (const card of cards) {
      const text = card.textContent.toLowerCase();
      card.hidden = !wanted.every((word) => text.includes(word)) ||
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

  function reset() {
    clear();
    choose(null);
    apply();
  }

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

  one("next").addEventListener("click", () => step(1));
  one("previous").addEventListener("click", () => step(-1));
  start(apply, reset, { n: () => step(1), p: () => step(-1) });
})();
