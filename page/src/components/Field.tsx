// A field of a form with its name above it, and what goes into it below.
import type { ComponentChildren } from "preact";
import "./field.css";

interface Props {
  readonly label: string;
  /** What is expected: a unit, an example. */
  readonly hint?: string | undefined;
  readonly children: ComponentChildren;
}

export function Field({ label, hint, children }: Props) {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
      {hint === undefined ? null : <span class="quiet">{hint}</span>}
    </label>
  );
}
