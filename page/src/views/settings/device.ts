// What a browser is, in two words, out of what it calls itself.

/** The first that is found counts: Edge and Chrome call themselves Safari, too. */
const BROWSERS = [
  [/Edg(A|iOS)?\//, "Edge"],
  [/(Firefox|FxiOS)\//, "Firefox"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/(Chrome|CriOS)\//, "Chrome"],
  [/Safari\//, "Safari"],
] as const;

const SYSTEMS = [
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Macintosh|Mac OS X/, "Mac"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
] as const;

type Names = readonly (readonly [RegExp, string])[];

const found = (names: Names, userAgent: string): string | undefined => names.find(([sign]) => sign.test(userAgent))?.[1];

/** Return "Chrome on Android"; of an unknown program what it calls itself, of one that says nothing `unknown`. */
export function deviceOf(userAgent: string, unknown: string): string {
  const browser = found(BROWSERS, userAgent);
  const system = found(SYSTEMS, userAgent);
  if (browser === undefined) return userAgent === "" ? unknown : userAgent;
  return system === undefined ? browser : `${browser} on ${system}`;
}
