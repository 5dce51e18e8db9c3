// What Node has beside the language, for ESLint.
export default { console: "readonly", process: "readonly", URL: "readonly" };
