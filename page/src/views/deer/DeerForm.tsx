// What is known of a deer, to be written or changed.
import { useState } from "preact/hooks";
import type { DeerStatus, Sex } from "../../api/schema.generated";
import type { Problem } from "../../api/problem";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Field } from "../../components/Field";
import { texts } from "../../texts";

export interface DeerValues {
  readonly name: string;
  readonly sex: Sex;
  readonly status: DeerStatus;
  readonly notes: string;
}

interface Props {
  readonly values: DeerValues;
  readonly act: string;
  readonly busy: boolean;
  readonly problems: readonly Problem[];
  readonly send: (values: DeerValues) => Promise<void>;
}

interface WordsProps<Word extends string> {
  readonly label: string;
  readonly words: Readonly<Record<Word, string>>;
  readonly chosen: Word;
  readonly choose: (word: Word) => void;
}

function Words<Word extends string>({ label, words, chosen, choose }: WordsProps<Word>) {
  return (
    <Field label={label}>
      <select value={chosen} onChange={({ currentTarget: { value } }) => { choose(value as Word); }}>
        {(Object.keys(words) as Word[]).map((word) => (
          <option key={word} value={word}>
            {words[word]}
          </option>
        ))}
      </select>
    </Field>
  );
}

export function DeerForm({ values, act, busy, problems, send }: Props) {
  const [written, setWritten] = useState(values);
  const write = (changed: Partial<DeerValues>): void => { setWritten({ ...written, ...changed }); };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void send(written); }}>
      <Field label={texts.deer.name}>
        <input required maxLength={200} value={written.name} onInput={({ currentTarget: { value } }) => { write({ name: value }); }} />
      </Field>
      <Words<Sex> label={texts.deer.sex} words={texts.deer.sexes} chosen={written.sex} choose={(sex) => { write({ sex }); }} />
      <Words<DeerStatus> label={texts.deer.status} words={texts.deer.statuses} chosen={written.status} choose={(status) => { write({ status }); }} />
      <Field label={texts.deer.notes}>
        <textarea rows={4} value={written.notes} onInput={({ currentTarget: { value } }) => { write({ notes: value }); }} />
      </Field>
      <ErrorNotice problems={problems} />
      <button class="main" type="submit" disabled={busy}>
        {busy ? texts.saving : act}
      </button>
    </form>
  );
}
