// One of some words.
import "./search.css";

interface Props<Word extends string> {
  readonly label: string;
  readonly words: Readonly<Record<Word, string>>;
  readonly chosen: Word | null | undefined;
  /** What stands for no choice; without it one is always chosen. */
  readonly all?: string | undefined;
  readonly choose: (word: Word | null) => void;
}

export function Choice<Word extends string>({ label, words, chosen, all, choose }: Props<Word>) {
  return (
    <label>
      <span>{label}</span>
      <select value={chosen ?? ""} onChange={({ currentTarget: { value } }) => { choose(value === "" ? null : (value as Word)); }}>
        {all === undefined ? null : <option value="">{all}</option>}
        {(Object.keys(words) as Word[]).map((word) => (
          <option key={word} value={word}>
            {words[word]}
          </option>
        ))}
      </select>
    </label>
  );
}
