/// <reference types="vitest/config" />
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The offline table of communes is kept once, beside the form rules that use it. */
function communes(): Plugin {
  return {
    name: "escale-communes",
    buildStart() {
      mkdirSync(here("./public/data"), { recursive: true });
      copyFileSync(here("../forms/data/communes_fr.csv"), here("./public/data/communes_fr.csv"));
    },
  };
}

const { version } = JSON.parse(readFileSync(here("./package.json"), "utf8")) as { version: string };

export default defineConfig({
  base: "/tablette/",
  define: { __ESCALE_VERSION__: JSON.stringify(version) },
  resolve: {
    alias: { $lib: here("./src/lib"), $components: here("./src/components"), $i18n: here("./src/i18n") },
  },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  plugins: [
    communes(),
    svelte(),
    VitePWA({
      registerType: "prompt",
      injectRegister: false,
      manifest: {
        name: "Escale",
        short_name: "Escale",
        description: "Fiches de soins hors réseau",
        lang: "fr",
        start_url: "/tablette/",
        scope: "/tablette/",
        display: "standalone",
        background_color: "#ffffff",
        theme_color: "#0b3d5c",
        icons: [
          { src: "icons/escale-192.png", sizes: "192x192", type: "image/png" },
          { src: "icons/escale-512.png", sizes: "512x512", type: "image/png" },
          { src: "icons/escale-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
      workbox: {
        globPatterns: ["**/*.{js,css,html,svg,png,wasm,csv,woff2}"],
        // Draws a QR on the one screen that needs the network anyway.
        globIgnores: ["**/zxing_writer*.wasm"],
        maximumFileSizeToCacheInBytes: 4 * 1024 * 1024,
        navigateFallback: "/tablette/index.html",
        navigateFallbackAllowlist: [/^\/tablette\//],
        clientsClaim: true,
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  // A loaded machine is slow, and no test here is about time.
  test: { environment: "node", include: ["tests/**/*.test.ts"], restoreMocks: true, testTimeout: 30_000 },
});
