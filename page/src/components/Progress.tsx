// How far something is, in words and as a bar; without numbers only in words.
import "./notice.css";

interface Props {
  readonly words: string;
  readonly done?: number | undefined;
  readonly total?: number | undefined;
}

export function Progress({ words, done, total }: Props) {
  return (
    <div class="progress" role="status">
      <span>{words}</span>
      {total === undefined || done === undefined ? null : <progress value={done} max={Math.max(total, 1)} aria-label={words} />}
    </div>
  );
}
