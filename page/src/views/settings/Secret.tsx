// Something that is shown once, in a field from which it can be copied.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { texts } from "../../texts";

interface Props {
  readonly label: string;
  readonly value: string;
}

/** Copy by the browser's clipboard; over plain HTTP there is none, and a selection is copied as one's own would be. */
async function copy(value: string, field: HTMLInputElement | null): Promise<boolean> {
  field?.select();
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way without a secure context
    return document.execCommand("copy");
  }
}

export function Secret({ label, value }: Props) {
  const copied = useSignal<boolean | null>(null);
  const field = useRef<HTMLInputElement>(null);
  return (
    <div class="secret">
      <label>
        {label}
        <input ref={field} readOnly value={value} onFocus={(event) => { event.currentTarget.select(); }} />
      </label>
      <button type="button" onClick={() => { void copy(value, field.current).then((done) => { copied.value = done; }); }}>
        {texts.settings.copy}
      </button>
      <span role="status">{copied.value === null ? "" : copied.value ? texts.settings.copied : texts.settings.notCopied}</span>
    </div>
  );
}
