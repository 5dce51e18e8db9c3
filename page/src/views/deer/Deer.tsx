// One deer: what is known of it, when and where it was seen, and its sightings.
import { useLocation, useRoute } from "preact-iso";
import { useState } from "preact/hooks";
import { useQuery, useSubscription } from "../../api/hooks";
import { addressOf } from "../../base";
import { EmptyState } from "../../components/EmptyState";
import { ErrorNotice } from "../../components/ErrorNotice";
import { pageArguments, Pages, pageStart } from "../../components/Pages";
import { Picture } from "../../components/Picture";
import { Progress } from "../../components/Progress";
import { ShowQuery } from "../../components/ShowQuery";
import { Time } from "../../components/Time";
import { isMember, person } from "../../session";
import { texts } from "../../texts";
import { herdAddress } from "../herd/herd_address";
import { photoAddress, photosAddress } from "../photos/filter";
import { DeerSeenDocument, OneDeerDocument, type OneDeerQuery } from "./deer.generated";
import { DeleteDeer } from "./DeleteDeer";
import { EditDeer } from "./EditDeer";
import { Sightings } from "./Sightings";
import { WhenAndWhere } from "./WhenAndWhere";
import "./deer.css";

const PAGE_SIZE = 24;

type OneDeer = NonNullable<OneDeerQuery["deer"]>;

function BestPhoto({ deer: { id, name, bestPhoto } }: { readonly deer: OneDeer }) {
  if (bestPhoto === null) return null;
  const { box, image } = bestPhoto;
  return (
    <a class="best-photo" href={photoAddress(image.id, { deerId: id })}>
      <Picture
        src={image.urls.view}
        alt={texts.deer.bestPhoto(name, image.location?.name ?? texts.deer.noPlace)}
        width_px={image.widthPx}
        height_px={image.heightPx}
        boxes={[{ id: bestPhoto.id, box }]}
        lazy={false}
      />
    </a>
  );
}

interface SeenProps {
  readonly words: string;
  readonly sighting: OneDeer["lastSighting"];
}

function Seen({ words, sighting }: SeenProps) {
  const image = sighting?.nodes[0]?.image;
  if (image?.takenAt == null) return null;
  const { takenAt, timeSource, location } = image;
  return (
    <p>
      {words} <Time instant={takenAt} zone={location?.effectiveTimeZone} source={timeSource} />
      {` · ${location?.name ?? texts.deer.noPlace}`}
    </p>
  );
}

function Known({ deer }: { readonly deer: OneDeer }) {
  const { id, sex, status, notes, firstSighting, lastSighting, images, sightings } = deer;
  const count = images?.totalCount ?? 0;
  return (
    <div>
      <p>
        {texts.deer.sexes[sex]} · {texts.deer.statuses[status]}
      </p>
      <Seen words={texts.deer.firstSeen} sighting={firstSighting} />
      <Seen words={texts.deer.lastSeen} sighting={lastSighting} />
      {count === 0 ? <p>{texts.deer.neverSeen}</p> : (
        <a class="touch" href={photosAddress({ deerId: id })}>
          {texts.deer.photos(count)}
        </a>
      )}
      {sightings === null || sightings.totalCount === count ? null : <p>{texts.deer.sightings(sightings.totalCount)}</p>}
      {notes == null || notes === "" ? null : <p class="notes">{notes}</p>}
    </div>
  );
}

function Acts({ deer, onChange }: { readonly deer: OneDeer; readonly onChange: () => void }) {
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const close = (): void => { setOpen(null); };
  const { id, name, sex, status, notes, sightings } = deer;
  const where = new URLSearchParams({ where: JSON.stringify({ deerId: id }) }).toString();
  return (
    <div class="form-acts">
      <button type="button" onClick={() => { setOpen("edit"); }}>{texts.deer.change}</button>
      {person.value?.role === "OWNER" ? (
        <button class="danger" type="button" onClick={() => { setOpen("delete"); }}>{texts.deer.delete}</button>
      ) : null}
      <a class="button" href={addressOf(`export/sightings.csv?${where}`)}>{texts.deer.export}</a>
      {open === "edit" ? <EditDeer deerId={id} values={{ name, sex, status, notes: notes ?? "" }} onClose={close} onChange={onChange} /> : null}
      {open === "delete" ? <DeleteDeer deer={deer} sightings={sightings?.totalCount ?? 0} onClose={close} /> : null}
    </div>
  );
}

function Sheet({ deer, data, onChange }: { readonly deer: OneDeer; readonly data: OneDeerQuery; readonly onChange: () => void }) {
  const { url } = useLocation();
  const { sightings } = deer;
  return (
    <>
      <section class="panel deer-sheet" aria-label={texts.deer.sheet}>
        <BestPhoto deer={deer} />
        <div>
          <Known deer={deer} />
          {isMember() ? <Acts deer={deer} onChange={onChange} /> : null}
        </div>
      </section>
      {sightings === null || sightings.totalCount === 0 ? (
        <EmptyState text={texts.deer.neverSeen}>
          <p>{texts.deer.neverSeenNext}</p>
        </EmptyState>
      ) : (
        <>
          <WhenAndWhere deerId={deer.id} data={data} />
          <section class="panel" aria-labelledby="sightings">
            <h2 id="sightings">{texts.deer.sightings(sightings.totalCount)}</h2>
            <Sightings deer={deer} sightings={sightings.nodes} onChange={onChange} />
            <Pages pageInfo={sightings.pageInfo} address={url} label={texts.deer.sightingPages} />
          </section>
        </>
      )}
    </>
  );
}

export default function Deer() {
  const { url } = useLocation();
  const id = useRoute().params["id"] ?? "";
  const variables = { id, isMember: isMember(), ...pageArguments(PAGE_SIZE, pageStart(url.split("?")[1] ?? "")) };
  const asked = useQuery(OneDeerDocument, person.value === undefined ? null : variables, { about: id });
  const deer = asked.data?.deer;
  // The first message says from where on; what comes later was said since, on whatever device, or while the line was broken.
  const { reload } = asked;
  useSubscription(
    DeerSeenDocument,
    deer == null || !isMember() ? null : { deerId: id },
    ({ deerSeen: { snapshot } }) => { if (!snapshot) reload(); },
    reload,
  );
  return (
    <>
      <h1>{deer?.name ?? texts.deer.title}</h1>
      <ErrorNotice problems={asked.problems} retry={asked.reload} />
      {asked.data === undefined && asked.loading ? <Progress words={texts.loading(texts.deer.whatOne)} /> : null}
      {deer === null ? (
        <EmptyState text={texts.deer.gone}>
          <a class="button" href={herdAddress()}>{texts.deer.showAll}</a>
        </EmptyState>
      ) : null}
      {deer == null || asked.data === undefined ? null : <Sheet deer={deer} data={asked.data} onChange={asked.reload} />}
      <ShowQuery document={OneDeerDocument} variables={variables} />
    </>
  );
}
