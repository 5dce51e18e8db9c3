import js from "@eslint/js";
import globals from "./globals.js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules", "**/*.generated.ts"] },
  js.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers in texts are meant.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "max-lines": ["error", 400],
      "max-lines-per-function": ["error", { max: 80, skipBlankLines: true, skipComments: true }],
      "max-params": ["error", 5],
      // Text of photos and people is never markup, and nothing runs that came as text.
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-restricted-properties": [
        "error",
        { object: "crypto", property: "randomUUID", message: "It is missing over plain HTTP; use src/api/key.ts." },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Text is never markup." },
        { selector: "MemberExpression[property.name=/^(innerHTML|outerHTML)$/]", message: "Text is never markup." },
      ],
      "no-restricted-globals": [
        "error",
        { name: "fetch", message: "The page asks the API through src/api." },
        { name: "WebSocket", message: "One live connection a tab: src/api/live.ts." },
        { name: "EventSource", message: "One live connection a tab: src/api/live.ts." },
      ],
    },
  },
  // All texts are in one file, so that they can be translated as one.
  { files: ["src/texts.ts"], rules: { "max-lines": "off" } },
  { files: ["*.js"], languageOptions: { globals } },
);
