// Where the page lies: a proxy may have all of Thumper below a path. Everything that the page asks is below it.

/** The built script is at `<base>/pages/app/assets/…`, Vite's at `/src/…`. */
function basePath(script: string): string {
  const path = new URL(script).pathname;
  const built = path.lastIndexOf("/pages/app/");
  return built < 0 ? "/" : path.slice(0, built + 1);
}

/** The base path with its slash at the end: `/` or `/thumper/`. */
export const BASE = basePath(import.meta.url);

/** Return the address of a place of this server, given without a slash before it. */
export function addressOf(path: string): string {
  return BASE + path;
}

/** Return the same with ws: or wss:. */
export function socketAddressOf(path: string): string {
  const address = new URL(addressOf(path), location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}
