// The filter as a form, and in words: each word can be taken off.
import type { ImageFilter } from "../../api/schema.generated";
import { texts } from "../../texts";
import { dayAfter, dayBefore } from "./calendar";
import { chipsOf, type Names } from "./chips";
import type { Choice } from "./form";

interface Props {
  readonly filter: ImageFilter;
  readonly onChange: (change: ImageFilter) => void;
}

function List({ choice: { label, options, of, to }, filter, onChange }: Props & { readonly choice: Choice }) {
  const value = of(filter);
  // What an address says and no list offers is kept, not shown as all.
  const isOffered = value === "" || options.some((each) => each.value === value);
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => { onChange(to(event.currentTarget.value)); }}>
        <option value="">{texts.photos.all}</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>{option.words}</option>
        ))}
        {isOffered ? null : <option value={value}>{texts.photos.other}</option>}
      </select>
    </label>
  );
}

type Bound = "dateAfter" | "dateBefore" | "timeOfDayAfter" | "timeOfDayBefore";

function Moment({ field, filter, onChange }: Props & { readonly field: Bound }) {
  const isDay = field === "dateAfter" || field === "dateBefore";
  const value = filter[field] ?? "";
  // The API's bound is the first day that is not meant; people name the last that is.
  const shown = field === "dateBefore" && value !== "" ? dayBefore(value) : value;
  const change = (said: string): void => {
    onChange({ [field]: said === "" ? null : field === "dateBefore" ? dayAfter(said) : said });
  };
  return (
    <label class="field">
      <span>{texts.photos.fields[field]}</span>
      <input type={isDay ? "date" : "time"} value={shown} max={isDay ? "9998-12-31" : undefined} onChange={(event) => { change(event.currentTarget.value); }} />
    </label>
  );
}

export function FilterForm({ choices, ...filtered }: Props & { readonly choices: readonly Choice[] }) {
  return (
    <form class="filter" onSubmit={(event) => { event.preventDefault(); }}>
      {choices.map((choice) => <List key={choice.label} choice={choice} {...filtered} />)}
      <Moment field="dateAfter" {...filtered} />
      <Moment field="dateBefore" {...filtered} />
      <Moment field="timeOfDayAfter" {...filtered} />
      <Moment field="timeOfDayBefore" {...filtered} />
    </form>
  );
}

export function Chips({ filter, onChange, names, onClear }: Props & { readonly names: Names; readonly onClear: () => void }) {
  const chips = chipsOf(filter, names);
  if (chips.length === 0) return null;
  return (
    <ul class="plain chips" aria-label={texts.photos.filterInWords}>
      {chips.map(({ field, words }) => (
        <li key={field}>
          <button type="button" aria-label={texts.photos.takeOff(words)} onClick={() => { onChange({ [field]: null }); }}>
            {words} <span aria-hidden="true">×</span>
          </button>
        </li>
      ))}
      <li>
        <button type="button" onClick={onClear}>{texts.photos.clear}</button>
      </li>
    </ul>
  );
}
