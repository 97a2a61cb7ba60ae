/** Builds what the benchmark runs in Chromium: the library as the application bundles it, in one module. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  resolve: { alias: { $lib: here("../../src/lib") } },
  build: {
    target: "es2022",
    lib: { entry: here("./tablet.ts"), formats: ["es"], fileName: () => "tablet.js" },
    rolldownOptions: { output: { codeSplitting: false } },
  },
});
