// Bundles the canvas into halqa/assets (the folder the wheel's component manifest names).
// The name carries a hash of the content: browsers may cache it for ever.
import * as esbuild from "esbuild";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "../../../halqa/assets");
const modules = join(here, "node_modules");
mkdirSync(out, { recursive: true });
for (const name of readdirSync(out)) if (name.startsWith("canvas-")) rmSync(join(out, name));
await esbuild.build({
  absWorkingDir: here,
  entryPoints: { canvas: "src/canvas.js", "canvas-style": "src/canvas.css" },
  entryNames: "[name]-[hash]",
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2020",
  legalComments: "linked",
  define: { "process.env.NODE_ENV": '"production"' },
});

// The licences ask for their text to travel with the code.
const bundled = readdirSync(modules).filter((name) => !name.startsWith(".") && !name.includes("esbuild")).sort();
const texts = bundled.map((name) => {
  const file = readdirSync(join(modules, name)).find((entry) => /^licen[cs]e/i.test(entry));
  const { version, license } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
  const text = file && existsSync(join(modules, name, file)) ? readFileSync(join(modules, name, file), "utf8").trim() : `Licence: ${license}`;
  return `${name} ${version}\n${"=".repeat(60)}\n${text}\n`;
});
writeFileSync(join(out, "canvas-LICENSES.txt"), texts.join("\n"));
