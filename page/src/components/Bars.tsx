// Counts as bars with their numbers, each of which leads to the list that it counts.
import { formatCount } from "../format/count";
import "./bars.css";

export interface Bar {
  readonly key: string;
  readonly label: string;
  readonly count: number;
  /** The list that is counted. */
  readonly address: string;
}

export function Bars({ bars }: { readonly bars: readonly Bar[] }) {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return (
    <ul class="plain bars">
      {bars.map(({ key, label, count, address }) => (
        <li key={key}>
          <a href={address}>
            <span>{label}</span>
            <span class="amount">{formatCount(count)}</span>
            <span class="bar" aria-hidden="true" style={{ width: `${(count / most) * 100}%` }} />
          </a>
        </li>
      ))}
    </ul>
  );
}
