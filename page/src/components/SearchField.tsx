// A field whose text is searched for when nobody has typed for a moment.
import { useEffect, useRef, useState } from "preact/hooks";
import "./search.css";

const TYPING_MS = 300;

interface Props {
  readonly label: string;
  /** What is searched for now. */
  readonly text: string;
  /** Is told the text without blanks around it. */
  readonly searchFor: (text: string) => void;
}

export function SearchField({ label, text, searchFor }: Props) {
  const [typed, setTyped] = useState(text);
  const waiting = useRef<number | undefined>(undefined);
  const latest = useRef(searchFor);
  latest.current = searchFor;
  useEffect(() => () => { clearTimeout(waiting.current); }, []);
  // Another address, as after going back, says another text.
  useEffect(() => { setTyped((now) => (now.trim() === text ? now : text)); }, [text]);
  return (
    <label>
      <span>{label}</span>
      <input
        type="search"
        value={typed}
        onInput={({ currentTarget: { value } }) => {
          setTyped(value);
          clearTimeout(waiting.current);
          waiting.current = window.setTimeout(() => { latest.current(value.trim()); }, TYPING_MS);
        }}
      />
    </label>
  );
}
