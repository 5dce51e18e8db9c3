// One stand: what is known of it, its cameras, its last photos, and what may be done with it.
import { useLocation, useRoute } from "preact-iso";
import { useState } from "preact/hooks";
import { useQuery } from "../../api/hooks";
import { EmptyState } from "../../components/EmptyState";
import { ErrorNotice } from "../../components/ErrorNotice";
import { pageArguments, pageStart } from "../../components/Pages";
import { Progress } from "../../components/Progress";
import { ShowQuery } from "../../components/ShowQuery";
import { isMember, person } from "../../session";
import { texts } from "../../texts";
import { standAddress, standsAddress } from "../stands/stand_address";
import { aYearBefore } from "./gaps";
import { Known } from "./Known";
import { Gaps, LastPhotos } from "./LastPhotos";
import { Moves } from "./Moves";
import { OneStandDocument, type OneStandQuery } from "./stand.generated";
import { StandActs } from "./StandActs";
import { Stays } from "./Stays";
import "./stand.css";

const PAGE_SIZE = 20;

type OneStand = NonNullable<OneStandQuery["location"]>;

interface SheetProps {
  readonly stand: OneStand;
  readonly days: OneStandQuery["days"];
  readonly since: string;
  readonly onChange: () => void;
}

function Sheet({ stand, days, since, onChange }: SheetProps) {
  const { url } = useLocation();
  return (
    <>
      <section class="panel" aria-label={texts.stands.sheet}>
        <Known stand={stand} onChange={onChange} />
        {isMember() ? <StandActs stand={stand} onChange={onChange} /> : null}
      </section>
      <div class="stand-parts">
        <Stays deployments={stand.deployments} zone={stand.effectiveTimeZone} url={url} onChange={onChange} />
        <Gaps stand={stand} days={days} since={since} />
      </div>
      <LastPhotos stand={stand} />
      <Moves moves={stand.relocations ?? []} onChange={onChange} />
    </>
  );
}

function Gone() {
  return (
    <EmptyState text={texts.stands.gone}>
      <a class="button" href={standsAddress()}>{texts.stands.showAll}</a>
    </EmptyState>
  );
}

function Merged({ into }: { readonly into: NonNullable<OneStand["mergedInto"]> }) {
  return (
    <EmptyState text={texts.stands.mergedInto(into.name)}>
      <a class="button" href={standAddress(into.id)}>{into.name}</a>
    </EmptyState>
  );
}

export default function Stand() {
  const { url } = useLocation();
  const id = useRoute().params["id"] ?? "";
  const [since] = useState(() => aYearBefore(new Date()));
  const variables = { id, isMember: isMember(), since, ...pageArguments(PAGE_SIZE, pageStart(url.split("?")[1] ?? "")) };
  const asked = useQuery(OneStandDocument, person.value === undefined ? null : variables, { about: id });
  const stand = asked.data?.location;
  return (
    <>
      <h1>{stand?.name ?? texts.stands.title}</h1>
      <ErrorNotice problems={asked.problems} retry={asked.reload} />
      {asked.data === undefined && asked.loading ? <Progress words={texts.loading(texts.stands.whatOne)} /> : null}
      {stand === null ? <Gone /> : null}
      {stand?.mergedInto == null ? null : <Merged into={stand.mergedInto} />}
      {stand == null || stand.mergedInto !== null ? null : (
        <Sheet stand={stand} days={asked.data?.days ?? null} since={since} onChange={asked.reload} />
      )}
      <ShowQuery document={OneStandDocument} variables={variables} />
    </>
  );
}
