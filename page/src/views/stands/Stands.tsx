// The stands: a list with their cameras and last photos, beside the map; guests see those that were shared, and no map.
import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { useQuery } from "../../api/hooks";
import { Choice } from "../../components/Choice";
import { EmptyState } from "../../components/EmptyState";
import { ErrorNotice } from "../../components/ErrorNotice";
import { pageArguments, Pages, pageStart } from "../../components/Pages";
import { Progress } from "../../components/Progress";
import { SearchField } from "../../components/SearchField";
import { ShowQuery } from "../../components/ShowQuery";
import { isMember, person } from "../../session";
import { texts } from "../../texts";
import type { Moving } from "./MapPlane";
import { NewStand } from "./NewStand";
import { MIDDLE } from "./spot";
import { BY_COORDINATES, readStands, type StandsAddress, standsAddress } from "./stand_address";
import { coordinateMarks, mapOf, StandMaps } from "./StandMaps";
import { StandRow } from "./StandRow";
import { StandsDocument, type StandsQuery } from "./stands.generated";
import "./stands.css";

const PAGE_SIZE = 100;

const IN_USE = { true: texts.stands.inUse, false: texts.stands.notInUse };

function StandsSearch({ address }: { readonly address: StandsAddress }) {
  const { route } = useLocation();
  const { filter } = address;
  const show = (changed: StandsAddress["filter"]): void => { route(standsAddress({ ...address, filter: { ...filter, ...changed } }), true); };
  const chosen = filter.active == null ? null : filter.active ? "true" : "false";
  return (
    <form class="search-form" role="search" onSubmit={(event) => { event.preventDefault(); }}>
      <SearchField label={texts.stands.name} text={filter.nameContains ?? ""} searchFor={(text) => { show({ nameContains: text === "" ? null : text }); }} />
      <Choice<"true" | "false">
        label={texts.stands.use}
        words={IN_USE}
        chosen={chosen}
        all={texts.stands.every}
        choose={(word) => { show({ active: word === null ? null : word === "true" }); }}
      />
    </form>
  );
}

function NoStand({ isFiltered }: { readonly isFiltered: boolean }) {
  if (!isMember()) return <EmptyState text={texts.stands.noneShared}><p>{texts.stands.noneSharedNext}</p></EmptyState>;
  if (!isFiltered) return <EmptyState text={texts.stands.none}><p>{texts.stands.noneNext}</p></EmptyState>;
  return (
    <EmptyState text={texts.stands.noneFound}>
      <a class="button" href={standsAddress()}>{texts.stands.showAll}</a>
    </EmptyState>
  );
}

interface FoundProps {
  readonly data: StandsQuery;
  readonly address: StandsAddress;
  readonly url: string;
  readonly onChange: () => void;
}

function Found({ data, address, url, onChange }: FoundProps) {
  const [moving, setMoving] = useState<Moving | null>(null);
  const stands = data.locations?.nodes ?? [];
  const maps = data.propertyMaps ?? [];
  const map = mapOf(address.map, maps, coordinateMarks(stands));
  const picture = map === BY_COORDINATES || !isMember() ? null : map;
  const spots = new Map(picture?.spots.map(({ x, y, location }) => [location.id, { x, y }]));
  return (
    <div class="stands">
      {isMember() ? <StandMaps address={address} maps={maps} stands={stands} moving={moving} setMoving={setMoving} onChange={onChange} /> : null}
      <div>
        <ul class="plain">
          {stands.map((stand) => (
            <StandRow
              key={stand.id}
              stand={stand}
              isPlaced={spots.has(stand.id)}
              place={picture === null ? undefined : () => { setMoving({ id: stand.id, name: stand.name, spot: spots.get(stand.id) ?? MIDDLE }); }}
            />
          ))}
        </ul>
        {data.locations === null ? null : <Pages pageInfo={data.locations.pageInfo} address={url} label={texts.stands.pages} />}
      </div>
    </div>
  );
}

export default function Stands() {
  const { url } = useLocation();
  const [isMaking, setMaking] = useState(false);
  const search = url.split("?")[1] ?? "";
  const address = readStands(search);
  const variables = { isMember: isMember(), where: address.filter, ...pageArguments(PAGE_SIZE, pageStart(search)) };
  const asked = useQuery(StandsDocument, person.value === undefined ? null : variables, { about: "stands" });
  const total = asked.data?.locations?.totalCount;
  return (
    <>
      <h1>{texts.stands.title}</h1>
      <StandsSearch address={address} />
      <ErrorNotice problems={asked.problems} retry={asked.reload} />
      {asked.data === undefined && asked.loading ? <Progress words={texts.loading(texts.stands.what)} /> : null}
      <div class="found">
        {total === undefined ? null : <p role="status">{texts.stands.known(total)}</p>}
        {isMember() ? <button class="main" type="button" onClick={() => { setMaking(true); }}>{texts.stands.newStand}</button> : null}
      </div>
      {total === 0 ? <NoStand isFiltered={Object.keys(address.filter).length > 0} /> : null}
      {asked.data === undefined ? null : <Found data={asked.data} address={address} url={url} onChange={asked.reload} />}
      {isMaking ? <NewStand onClose={() => { setMaking(false); asked.reload(); }} /> : null}
      <ShowQuery document={StandsDocument} variables={variables} />
    </>
  );
}
