// A filter in an address: one parameter a field, called as the field of the GraphQL input is, so that a link made from any
// filter of the API works. A list is its parameter several times. Parameters that are no fields of it are left to others.

/** How one field is read from the texts of its parameter, at least one; undefined where they say no value. */
interface Field<Value> {
  readonly read: (said: readonly string[]) => Value | undefined;
  readonly write: (value: Value) => readonly string[];
}

/** A field of the API that the page does not know yet fails the types here. */
export type Fields<Filter> = { readonly [Name in keyof Filter]-?: Field<NonNullable<Filter[Name]>> };

function field<Value>(read: (text: string) => Value | undefined): Field<Value> {
  return { read: (said) => (said.length === 1 ? read(said[0] ?? "") : undefined), write: (value) => [String(value)] };
}

function list<Value>(read: (text: string) => Value | undefined): Field<Value[]> {
  return {
    read: (said) => {
      const values = said.map(read).filter((each) => each !== undefined);
      return values.length === said.length ? values : undefined;
    },
    write: (values) => values.map(String),
  };
}

const matching = (pattern: RegExp) => (text: string): string | undefined => (pattern.test(text) ? text : undefined);
const known = <Word extends string>(words: Readonly<Record<Word, unknown>>) => (text: string): Word | undefined =>
  Object.hasOwn(words, text) ? (text as Word) : undefined;
const isFlag = (text: string): boolean | undefined => (text === "true" ? true : text === "false" ? false : undefined);
const isNumber = (text: string): number | undefined =>
  text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
const notEmpty = matching(/\S/);

export const text = field(notEmpty);
export const textList = list(notEmpty);
export const flag = field(isFlag);
export const amount = field(isNumber);
/** A day: 2026-11-05. */
export const day = field(matching(/^\d{4}-\d{2}-\d{2}$/));
/** A time of day: 06:30. */
export const timeOfDay = field(matching(/^\d{2}:\d{2}(:\d{2})?$/));
/** An instant with its offset from UTC. */
export const instant = field(matching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*(Z|[+-]\d{2}:\d{2})$/));
/** One of the words that a value can be, which are given as keys. */
export const word = <Word extends string>(words: Readonly<Record<Word, unknown>>) => field(known(words));
export const wordList = <Word extends string>(words: Readonly<Record<Word, unknown>>) => list(known(words));

export interface ReadFilter<Filter> {
  readonly filter: Filter;
  /** Names of fields that are there and say no value, which a view tells: what it shows is not what the link asked for. */
  readonly unread: readonly string[];
}

/** Return the filter that a query string says. */
export function readFilter<Filter extends object>(fields: Fields<Filter>, search: string | URLSearchParams): ReadFilter<Filter> {
  const said = new URLSearchParams(search);
  const filter: Partial<Filter> = {};
  const unread: string[] = [];
  for (const name of Object.keys(fields) as (keyof Filter & string)[]) {
    if (!said.has(name)) continue;
    const value = fields[name].read(said.getAll(name));
    if (value === undefined) unread.push(name);
    else filter[name] = value;
  }
  return { filter: filter as Filter, unread };
}

/** Return the query string of a filter, without its question mark; fields of no value are left out, so it may be empty. */
export function writeFilter<Filter extends object>(fields: Fields<Filter>, filter: Filter): string {
  const written = new URLSearchParams();
  for (const name of Object.keys(fields) as (keyof Filter & string)[]) {
    const value = filter[name];
    if (value == null) continue;
    for (const each of fields[name].write(value)) written.append(name, each);
  }
  return written.toString();
}
