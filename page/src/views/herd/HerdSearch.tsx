// What of the herd book is shown, and in which order; it stands in the address.
import { useLocation } from "preact-iso";
import type { DeerFilter, DeerOrderField, DeerStatus, Sex } from "../../api/schema.generated";
import { Choice } from "../../components/Choice";
import { SearchField } from "../../components/SearchField";
import { texts } from "../../texts";
import { herdAddress, type HerdAddress } from "./herd_address";

export function HerdSearch({ filter, orderBy }: HerdAddress) {
  const { route } = useLocation();
  const show = (changed: DeerFilter, field: DeerOrderField = orderBy.field): void => {
    route(herdAddress({ ...filter, ...changed }, field), true);
  };
  return (
    <form class="search-form" role="search" onSubmit={(event) => { event.preventDefault(); }}>
      <SearchField label={texts.deer.search} text={filter.nameContains ?? ""} searchFor={(text) => { show({ nameContains: text === "" ? null : text }); }} />
      <Choice<Sex> label={texts.deer.sex} words={texts.deer.sexes} chosen={filter.sex} all={texts.deer.every} choose={(sex) => { show({ sex }); }} />
      <Choice<DeerStatus> label={texts.deer.status} words={texts.deer.statuses} chosen={filter.status} all={texts.deer.every} choose={(status) => { show({ status }); }} />
      <Choice<DeerOrderField> label={texts.deer.order} words={texts.deer.orders} chosen={orderBy.field} choose={(field) => { show({}, field ?? "LAST_SEEN"); }} />
    </form>
  );
}
