import svelte from "eslint-plugin-svelte";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["dist/", "dev-dist/", "node_modules/", "public/", "playwright-report/"] },
  ...ts.configs.strict,
  ...svelte.configs["flat/recommended"],
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      "no-console": "error",
      eqeqeq: "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "max-lines": ["error", { max: 320, skipBlankLines: true, skipComments: true }],
    },
  },
  layer("src/lib/forms/**", ["$lib/!(forms)/**", "$components/**"], "form rules know nothing but forms"),
  layer(
    "src/lib/sync/**",
    ["$lib/envelope/**", "$lib/forms/**", "$lib/vault/**", "$components/**"],
    "replication is blind",
  ),
  layer("src/lib/**", ["$components/**", "**/screens/**"], "the library knows no screen"),
);

/** One import rule: files of a layer may not import what stands above them. */
function layer(files, group, message) {
  return {
    files: [files],
    rules: { "no-restricted-imports": ["error", { patterns: [{ group, message }] }] },
  };
}
