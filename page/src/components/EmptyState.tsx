// Where nothing is yet: what is missing, and the next step.
import type { ComponentChildren } from "preact";
import "./notice.css";

interface Props {
  readonly text: string;
  /** The next step: a sentence, a link or a button. */
  readonly children: ComponentChildren;
}

export function EmptyState({ text, children }: Props) {
  return (
    <div class="empty">
      <p>{text}</p>
      <div>{children}</div>
    </div>
  );
}
