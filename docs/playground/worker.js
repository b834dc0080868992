// Runs the dockerfix command in Python, away from the page, so that the page stays responsive.
//
// Takes {dockerfile, files, target}; answers each with a "result" and then a "review", or with a "failure".
// Before the first, "progress" says what is being loaded, and "ready" that it is.
import { loadPyodide } from "./pyodide/pyodide.mjs";

const say = (kind, data) => postMessage({ kind, ...data });

async function load() {
  say("progress", { text: "Loading Python…" });
  const [python, packages] = await Promise.all([loadPyodide(), bytes("packages.zip")]);
  say("progress", { text: "Loading dockerfix…" });
  python.unpackArchive(packages, "zip", { extractDir: "/lib/dockerfix" });
  python.runPython("import sys; sys.path.insert(0, '/lib/dockerfix')");
  return python.pyimport("playground");
}

async function bytes(name) {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(`${name}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

let asked = false;
const loaded = load();
loaded.then(
  (playground) => {
    say("ready");
    // modules are read while somebody pastes, unless an example or a link is there first
    setTimeout(() => { if (!asked) playground.warm_up(); });
  },
  (error) => say("failure", { text: `Python can’t run in this browser: ${error.message}` }),
);

onmessage = async ({ data }) => {
  asked = true;
  let playground;
  try {
    playground = await loaded;
  } catch {
    return; // said above
  }
  const started = performance.now();
  try {
    const place = playground.project(data.dockerfile, JSON.stringify(data.files), data.target);
    const [code, output, messages] = playground.run(place, []).toJs();
    say("result", { code, output, messages, milliseconds: performance.now() - started });
    say("review", { page: playground.run(place, ["review"]).toJs()[1] });
    playground.remove(place);
  } catch (error) {
    // Python may be broken now, as after a stack overflow of the browser
    say("failure", { text: `dockerfix stopped: ${error.message.trim().split("\n").pop()}`, restart: true });
  }
};
