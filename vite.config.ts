import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** The favicon is linked from pages, not from a style or a script, so it is emitted by hand to get a hashed name. */
function favicon(source: string): Plugin {
  return {
    name: "phoenix-favicon",
    buildStart() {
      this.emitFile({ type: "asset", name: "brand.svg", originalFileName: source, source: readFileSync(source) });
    },
  };
}

/** htmx evaluates text only where its `allowEval` is on, and ours is off. Taking the places out lets anyone see that none is left. */
function withoutEval(): Plugin {
  const places = [
    "eval(str)",
    "Function(conditionalSource)()",
    "new Function('event', code)",
    "Function('event', 'return (' + str + ')').call(elt, event)",
    "Function('return (' + str + ')').call(elt)",
  ];
  return {
    name: "phoenix-without-eval",
    transform(code, id) {
      if (!id.includes("htmx.esm.js")) return null;
      return places.reduce((text, place) => {
        if (!text.includes(place)) this.error(`htmx no longer holds “${place}”; look for where it evaluates text now`);
        return text.replace(place, "undefined");
      }, code);
    },
  };
}

/** Beside each bundle its compressed copies, which are served to those who take them; none where it would save nothing. */
function compressed(): Plugin {
  return {
    name: "phoenix-compressed",
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle)) {
        if (!/\.(js|css|svg)$/.test(name)) continue;
        const path = join(dir ?? "", name);
        const whole = readFileSync(path);
        if (whole.length < 1000) continue;
        writeFileSync(`${path}.br`, brotliCompressSync(whole, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: whole.length } }));
        writeFileSync(`${path}.gz`, gzipSync(whole, { level: 9 }));
      }
    },
  };
}

const MODULES = "src/phoenix/modules";

/** The scripts and styles that modules bring: those in their folders called assets. */
function ofModules(): string[] {
  return readdirSync(MODULES, { recursive: true, encoding: "utf8" })
    .filter((file) => /^[^/]+\/assets\/[^/]+\.(ts|css)$/.test(file))
    .sort()
    .map((file) => `${MODULES}/${file}`);
}

export default defineConfig({
  base: "/static/",
  publicDir: false,
  plugins: [favicon("web/brand.svg"), withoutEval(), compressed()],
  build: {
    outDir: "src/phoenix/static",
    assetsDir: "",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: ["web/app.ts", "web/theme.ts", "web/styles/app.css", "web/styles/debug.css", ...ofModules()],
    },
  },
});
