// The page: collects what is pasted, hands it to the worker, shows what comes back. Nothing is sent anywhere else.

const one = (selector) => document.querySelector(selector);
const all = (selector) => Array.from(document.querySelectorAll(selector));

const TABS = { result: "Dockerfile", findings: "findings.txt", review: "review.html" };
const SUGGESTED = ["requirements.txt", "predict.py"];
const PAUSE = 400; // milliseconds without a key before the input is converted

let ready = false; // Python is loaded
let running = false;
let waiting = false; // the input changed while the worker was busy
let timer = 0;
let shown = { result: "", findings: "", review: "" };

// A worker of its own address would have no Content-Security-Policy; one of a blob has that of this page.
const script = new Blob([`import ${JSON.stringify(new URL("worker.js", import.meta.url).href)};`], { type: "text/javascript" });
const address = URL.createObjectURL(script);
let worker;

function start() {
  worker?.terminate();
  ready = false;
  worker = new Worker(address, { type: "module" });
  worker.onerror = () => fail("Python can’t run in this browser.");
  worker.onmessage = ({ data }) => answers[data.kind](data);
}

const answers = {
  progress: ({ text }) => { if (!hasFailed()) state(text, "busy"); },
  ready: () => {
    ready = true;
    if (!running && !hasFailed()) idle();
  },
  result: ({ code, output, messages, milliseconds }) => {
    shown = { result: code === 0 ? output : "", findings: messages, review: "" };
    one("#result pre").textContent = shown.result;
    one("#findings pre").replaceChildren(...lines(messages));
    one("#output").dataset.code = code;
    const last = messages.trimEnd().split("\n").filter((line) => line.startsWith("dockerfix: ")).pop() ?? "";
    state(`${last.replace(/^dockerfix: /, "")} · exit code ${code} · ${(milliseconds / 1000).toFixed(1)} s`, code === 0 ? "done" : "refused");
    if (code !== 0 && selected() === "result") select("findings");
    if (code === 0 && selected() === "findings" && one("#output").dataset.moved) select("result");
    one("#output").toggleAttribute("data-moved", code !== 0);
    tools();
  },
  review: ({ page }) => {
    shown.review = page;
    one("#review iframe").srcdoc = page;
    run(false);
    tools();
    if (waiting) convert();
  },
  failure: ({ text, restart }) => {
    fail(text);
    if (restart) start();
  },
};

function idle() {
  state("Ready: paste something, or choose an example.", "idle");
}

function hasFailed() {
  return one("#output").dataset.state === "failed";
}

function fail(text) {
  empty();
  run(false);
  state(text, "failed");
}

function empty() {
  shown = { result: "", findings: "", review: "" };
  one("#result pre").replaceChildren();
  one("#findings pre").replaceChildren();
  one("#review iframe").removeAttribute("srcdoc");
  delete one("#output").dataset.code;
  tools();
}

function run(now) {
  running = now;
  one("#output").ariaBusy = String(now);
}

function state(text, name) {
  one("#state").textContent = text;
  one("#output").dataset.state = name;
}

// ---- input

function files() {
  const rows = all(".file").map((row) => [row.querySelector(".name").value.trim(), row.querySelector(".text").value]);
  const own = [["cog.yaml", one("#cog-yaml").value], ...rows];
  return Object.fromEntries(own.filter(([name, text]) => name && text));
}

function input() {
  return { dockerfile: one("#dockerfile").value, files: files(), target: one("#target").value };
}

function isEmpty({ dockerfile, files }) {
  return !dockerfile && !Object.keys(files).length;
}

function fill({ dockerfile = "", files = {}, target = "app" }) {
  const { "cog.yaml": cogYaml = "", ...others } = files;
  one("#dockerfile").value = dockerfile;
  one("#cog-yaml").value = cogYaml;
  one("#target").value = target;
  one("#files").replaceChildren();
  for (const name of new Set([...Object.keys(others), ...SUGGESTED])) addFile(name, others[name] ?? "");
  one("#more").open = false;
  changed();
}

function addFile(name, text) {
  const row = one("#file").content.cloneNode(true).firstElementChild;
  const path = row.querySelector(".name");
  const label = () => row.querySelector(".text").setAttribute("aria-label", `Text of ${path.value || "the file"}`);
  path.value = name;
  label();
  path.addEventListener("input", label);
  row.querySelector(".text").value = text;
  row.querySelector(".remove").addEventListener("click", () => {
    row.remove();
    one("#add").focus();
    changed();
  });
  one("#files").append(row);
  return path;
}

function changed() {
  const now = input();
  const others = Object.keys(now.files).filter((name) => name !== "cog.yaml").length;
  one("#count").textContent = others ? `(${others})` : "";
  one("#link").disabled = isEmpty(now);
  const own = ".dockerfix.yaml" in now.files;
  one("#target").disabled = own;
  one("#target").title = own ? "Set in .dockerfix.yaml" : "";
  clearTimeout(timer);
  convert();
}

function convert() {
  waiting = running;
  if (running) return;
  const now = input();
  if (isEmpty(now)) {
    empty();
    run(false);
    if (ready) idle();
    else state("Loading…", "busy");
    return;
  }
  run(true);
  state(ready ? "Converting…" : "Loading…", "busy");
  worker.postMessage(now);
}

one("#input").addEventListener("input", (event) => {
  clearTimeout(timer);
  if (event.target.id === "example") return;
  one("#example").value = "";
  one("#output").ariaBusy = "true";
  timer = setTimeout(changed, event.target.tagName === "SELECT" ? 0 : PAUSE);
});
one("#input").addEventListener("submit", (event) => event.preventDefault());
one("#input").addEventListener("reset", (event) => {
  event.preventDefault();
  one("#example").value = "";
  fill({});
  history.replaceState(null, "", location.pathname + location.search);
  one("#dockerfile").focus();
});
one("#add").addEventListener("click", () => addFile("", "").focus());

// ---- examples and links

const examples = fetch("examples.json").then((response) => response.json());

examples.then((found) => {
  for (const [number, { name }] of found.entries()) one("#example").add(new Option(name, String(number)));
});
one("#example").addEventListener("change", async (event) => {
  if (event.target.value) fill((await examples)[Number(event.target.value)]);
});

async function through(stream, bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

// The fragment of an address is never sent to a server.
async function toFragment(data) {
  const packed = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(JSON.stringify(data)));
  const text = Array.from(packed, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

async function fromFragment(text) {
  const packed = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  const { dockerfile, files, target } = JSON.parse(new TextDecoder().decode(await through(new DecompressionStream("deflate-raw"), packed)));
  return {
    dockerfile: String(dockerfile),
    files: Object.fromEntries(Object.entries(files).map(([name, value]) => [name, String(value)])),
    target: target === "server" ? "server" : "app",
  };
}

async function open() {
  if (location.hash.length < 2) return;
  try {
    fill(await fromFragment(location.hash.slice(1)));
  } catch {
    fail("The link is damaged: it holds no input that can be read.");
  }
}

one("#link").addEventListener("click", async () => {
  history.replaceState(null, "", `#${await toFragment(input())}`);
  await copy(location.href, one("#link"));
});
addEventListener("hashchange", open);

// ---- output

// The lines of the terminal: messages wrap, excerpts of a file scroll, codes are links.
function lines(text) {
  const blocks = text.match(/(?:^ *\d* \| ?.*\n?)+|.*\n?/gm).filter(Boolean);
  return blocks.map((block) => {
    const line = document.createElement("span");
    if (/^ *\d* \|/.test(block)) {
      line.className = "excerpt";
      line.tabIndex = 0; // it scrolls
      line.append(block);
    } else {
      line.append(...linked(block));
    }
    return line;
  });
}

function linked(text) {
  const documentation = one("#documentation").href;
  return text.split(/(\bDF\d{3}\b|\b(?:error|warning)(?=: ))/).map((part, number) => {
    if (number % 2 === 0) return part;
    const isCode = part.startsWith("DF");
    const word = document.createElement(isCode ? "a" : "b");
    word.textContent = part;
    if (isCode) Object.assign(word, { href: `${documentation}reference/codes/${part}/`, target: "_blank", rel: "noreferrer" });
    else word.className = part;
    return word;
  });
}

one("#review iframe").addEventListener("load", ({ target }) => {
  // a page of the documentation can't be shown in the frame
  for (const link of target.contentDocument.querySelectorAll("a[href^='https:']")) link.target = "_blank";
});

function selected() {
  return one("[role=tab][aria-selected=true]").getAttribute("aria-controls");
}

function select(name) {
  for (const tab of all("[role=tab]")) {
    const on = tab.getAttribute("aria-controls") === name;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    one(`#${tab.getAttribute("aria-controls")}`).hidden = !on;
  }
  tools();
}

function tools() {
  for (const id of ["#copy", "#download"]) one(id).disabled = !shown[selected()];
}

for (const tab of all("[role=tab]")) {
  tab.addEventListener("click", () => {
    one("#output").removeAttribute("data-moved");
    select(tab.getAttribute("aria-controls"));
  });
}
one("[role=tablist]").addEventListener("keydown", (event) => {
  const tabs = all("[role=tab]");
  const at = tabs.indexOf(document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const next = tabs[(to + tabs.length) % tabs.length];
  next.focus();
  next.click();
});

one("#copy").addEventListener("click", () => copy(shown[selected()], one("#copy")));
one("#download").addEventListener("click", () => {
  const link = document.createElement("a");
  // of plain text Chromium would make Dockerfile.txt
  link.href = URL.createObjectURL(new Blob([shown[selected()]], { type: "application/octet-stream" }));
  link.download = TABS[selected()];
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});

async function copy(text, button) {
  const label = button.dataset.label ??= button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Can’t copy"; // the browser forbids it, or the page came by plain http
  }
  setTimeout(() => { button.textContent = label; }, 1500);
}

start();
fill({});
open();
