// Idempotency keys. `crypto.randomUUID` is missing where the page came over plain HTTP from another machine.

/** Return a key that no other mutation has: 128 random bits as hexadecimal digits. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
