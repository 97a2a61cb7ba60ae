/** Bundles `twin.ts` for Node, into the folder that `TWIN_FOLDER` names. */
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default {
  input: here("./twin.ts"),
  platform: "node",
  resolve: { alias: { $lib: here("../../src/lib") } },
  output: {
    dir: process.env.TWIN_FOLDER,
    format: "esm",
    entryFileNames: "twin.mjs",
    chunkFileNames: "[name].mjs",
  },
};
