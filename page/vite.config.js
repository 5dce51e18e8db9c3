import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig } from "vite";

const OUT = "../thumper/web/pages/app";
const SERVER = "http://127.0.0.1:8480";

/** Lays a compressed copy beside each script and style, which the server sends to who takes it. */
const compressed = {
  name: "compressed",
  apply: "build",
  writeBundle({ dir }) {
    const folder = join(dir, "assets");
    for (const name of readdirSync(folder)) {
      if (/\.(js|css|svg)$/.test(name)) {
        writeFileSync(join(folder, `${name}.gz`), gzipSync(readFileSync(join(folder, name)), { level: 9 }));
      }
    }
  },
};

export default defineConfig({
  base: "./", // the server knows below which path it lies, and writes it into index.html
  plugins: [compressed],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // no data: addresses: the page's policy takes pictures from this server alone
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/graphql": { target: SERVER, ws: true }, "/session": SERVER, "/media": SERVER, "/upload": SERVER } },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"], environment: "node" },
});
