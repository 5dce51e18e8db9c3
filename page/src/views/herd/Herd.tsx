// The herd book: known deer, each with its best photo.
import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { useQuery } from "../../api/hooks";
import { addressOf } from "../../base";
import { EmptyState } from "../../components/EmptyState";
import { ErrorNotice } from "../../components/ErrorNotice";
import { pageArguments, Pages, pageStart } from "../../components/Pages";
import { Progress } from "../../components/Progress";
import { ShowQuery } from "../../components/ShowQuery";
import { isMember } from "../../session";
import { texts } from "../../texts";
import { photosAddress } from "../photos/filter";
import { DeerCard } from "./DeerCard";
import { HerdDocument, type HerdQuery } from "./herd.generated";
import { herdAddress, readHerd } from "./herd_address";
import { HerdSearch } from "./HerdSearch";
import { NewDeer } from "./NewDeer";
import "./herd.css";

const PAGE_SIZE = 24;

/** Return the address of the sightings as a spreadsheet: those at the place that the book is about, or all. */
function sheetAddress(locationId: string | null | undefined): string {
  const where = locationId == null ? {} : { locationId };
  return addressOf(`export/sightings.csv?${new URLSearchParams({ where: JSON.stringify(where) }).toString()}`);
}

function NoDeer({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <EmptyState text={texts.deer.noneFound}>
        <a class="button" href={herdAddress()}>
          {texts.deer.showAll}
        </a>
      </EmptyState>
    );
  }
  return (
    <EmptyState text={texts.deer.none}>
      <p>{texts.deer.noneNext}</p>
      <a class="button" href={photosAddress({ withoutDeer: true, withoutDetections: false })}>
        {texts.deer.toPhotos}
      </a>
    </EmptyState>
  );
}

function Cards({ herd }: { readonly herd: NonNullable<HerdQuery["allDeer"]> }) {
  return (
    <ul class="plain herd">
      {herd.nodes.map((deer) => (
        <DeerCard key={deer.id} deer={deer} />
      ))}
    </ul>
  );
}

export default function Herd() {
  const { url } = useLocation();
  const search = url.split("?")[1] ?? "";
  const shown = readHerd(search);
  const variables = { where: shown.filter, orderBy: shown.orderBy, ...pageArguments(PAGE_SIZE, pageStart(search)) };
  const asked = useQuery(HerdDocument, variables, { about: "herd" });
  const [isMaking, setMaking] = useState(false);
  const herd = asked.data?.allDeer;
  return (
    <>
      <h1>{texts.deer.title}</h1>
      <HerdSearch {...shown} />
      <ErrorNotice problems={asked.problems} retry={asked.reload} />
      {asked.data === undefined && asked.loading ? <Progress words={texts.loading(texts.deer.what)} /> : null}
      <div class="found">
        {herd == null ? null : <p role="status">{texts.deer.known(herd.totalCount)}</p>}
        {isMember() ? (
          <>
            <button class="main" type="button" onClick={() => { setMaking(true); }}>
              {texts.deer.newDeer}
            </button>
            <a class="button" href={sheetAddress(shown.filter.locationId)}>
              {texts.deer.export}
            </a>
          </>
        ) : null}
      </div>
      {herd?.totalCount === 0 ? <NoDeer isFiltered={Object.keys(shown.filter).length > 0} /> : null}
      {herd == null ? null : (
        <>
          <Cards herd={herd} />
          <Pages pageInfo={herd.pageInfo} address={url} label={texts.deer.pages} />
        </>
      )}
      {isMaking ? <NewDeer onClose={() => { setMaking(false); }} /> : null}
      <ShowQuery document={HerdDocument} variables={variables} />
    </>
  );
}
