// Compiles the Python files of a zip with the Python that will run them: half the time until the first result.
//
//     node compile.mjs PYODIDE SOURCES.zip RESULT.zip
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [pyodide, sources, result] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(resolve(pyodide, "pyodide.mjs")));
const python = await loadPyodide();
python.unpackArchive(new Uint8Array(readFileSync(sources)), "zip", { extractDir: "/sources" });
python.runPython(`
import compileall, pathlib, py_compile, zipfile

root = pathlib.Path("/sources")
done = compileall.compile_dir(
    root, stripdir=root, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
)
assert done
with zipfile.ZipFile("/result.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for path in sorted(root.rglob("*")):
        if path.is_file():
            # one date for all, so that the same sources give the same bytes
            archive.writestr(zipfile.ZipInfo(str(path.relative_to(root))), path.read_bytes(), zipfile.ZIP_DEFLATED)
`);
writeFileSync(result, python.FS.readFile("/result.zip"));
