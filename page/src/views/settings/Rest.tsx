// Says how many of a list are not shown.
import { formatCount } from "../../format/count";
import { texts } from "../../texts";

export function Rest({ shown, total }: { readonly shown: number; readonly total: number }) {
  return shown >= total ? null : <p class="quiet">{texts.settings.rest(formatCount(shown), formatCount(total))}</p>;
}
