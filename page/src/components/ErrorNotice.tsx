// What went wrong, beside what caused it: what it is, what to do, and the code for who asks others.
import type { Problem } from "../api/problem";
import { texts } from "../texts";
import "./notice.css";

interface Props {
  readonly problems: readonly Problem[];
  /** Does the same again, where that may help. */
  readonly retry?: (() => void) | undefined;
}

export function ErrorNotice({ problems, retry }: Props) {
  if (problems.length === 0) return null;
  return (
    <div class="notice" role="alert">
      {problems.map(({ code, message, whatToDo }) => (
        <div key={`${code} ${message}`}>
          <p>{message}</p>
          {whatToDo === undefined ? null : <p>{whatToDo}</p>}
          <p class="code">{texts.problems.code(code)}</p>
        </div>
      ))}
      {retry === undefined ? null : (
        <button type="button" onClick={retry}>
          {texts.tryAgain}
        </button>
      )}
    </div>
  );
}
