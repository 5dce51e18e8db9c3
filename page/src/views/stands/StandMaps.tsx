// The map beside the list: which one is shown, the stands on it, and one of them that is being placed.
import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { Choice } from "../../components/Choice";
import { EmptyState } from "../../components/EmptyState";
import { isMember, person } from "../../session";
import { texts } from "../../texts";
import { ChangeMap } from "./ChangeMap";
import type { Mark } from "./map";
import { MapPlane, type Moving } from "./MapPlane";
import { NewMap } from "./NewMap";
import { Placement } from "./Placement";
import { placeOf } from "./spot";
import type { Spot } from "./spot";
import { BY_COORDINATES, standAddress, type StandsAddress, standsAddress } from "./stand_address";
import type { StandMapFragment, StandRowFragment } from "./stands.generated";

/** Return the map that the address means: a picture of the property, the plane of coordinates, or nothing yet. */
export function mapOf(asked: string | null, maps: readonly StandMapFragment[], marks: readonly Mark[]): StandMapFragment | typeof BY_COORDINATES | null {
  if (asked === BY_COORDINATES && marks.length > 0) return BY_COORDINATES;
  return maps.find(({ id }) => id === asked) ?? maps[0] ?? (marks.length > 0 ? BY_COORDINATES : null);
}

/** Return the marks of the stands that have coordinates. */
export const coordinateMarks = (stands: readonly StandRowFragment[]): Mark[] =>
  stands.flatMap(({ id, name, coordinates }) =>
    coordinates?.latitude == null || coordinates.longitude == null ? [] : [{ id, name, at: [coordinates.latitude, coordinates.longitude] as const }]);

const spotMarks = (map: StandMapFragment): Mark[] =>
  map.spots.map(({ x, y, location: { id, name } }) => ({ id, name, at: placeOf({ x, y }, map) }));

interface Props {
  readonly address: StandsAddress;
  readonly maps: readonly StandMapFragment[];
  readonly stands: readonly StandRowFragment[];
  readonly moving: Moving | null;
  readonly setMoving: (moving: Moving | null) => void;
  readonly onChange: () => void;
}

function MapChoice({ address, maps, stands, shown }: Pick<Props, "address" | "maps" | "stands"> & { readonly shown: string }) {
  const { route } = useLocation();
  const words: Record<string, string> = Object.fromEntries(maps.map(({ id, name }) => [id, name]));
  if (coordinateMarks(stands).length > 0) words[BY_COORDINATES] = texts.stands.byCoordinates;
  if (Object.keys(words).length < 2) return null;
  return (
    <Choice label={texts.stands.mapShown} words={words} chosen={shown} choose={(map) => { route(standsAddress({ ...address, map }), true); }} />
  );
}

function MapActs({ map, address, onChange }: { readonly map: StandMapFragment | null; readonly address: StandsAddress; readonly onChange: () => void }) {
  const { route } = useLocation();
  const [open, setOpen] = useState<"new" | "change" | null>(null);
  const close = (): void => { setOpen(null); };
  if (person.value?.role !== "OWNER") return null;
  return (
    <div class="form-acts">
      <button type="button" onClick={() => { setOpen("new"); }}>{texts.stands.newMap}</button>
      {map === null ? null : <button type="button" onClick={() => { setOpen("change"); }}>{texts.stands.changeMap(map.name)}</button>}
      {open === "new" ? <NewMap onClose={close} onSent={(sent) => { close(); onChange(); route(standsAddress({ ...address, map: sent }), true); }} /> : null}
      {open === "change" && map !== null ? <ChangeMap map={map} onClose={close} onChange={onChange} /> : null}
    </div>
  );
}

export function StandMaps({ address, maps, stands, moving, setMoving, onChange }: Props) {
  const { route } = useLocation();
  const byCoordinates = coordinateMarks(stands);
  const shown = mapOf(address.map, maps, byCoordinates);
  const picture = shown === BY_COORDINATES ? null : shown;
  const onSpot = (spot: Spot): void => { if (moving !== null) setMoving({ ...moving, spot }); };
  return (
    <section class="stand-maps" aria-labelledby="map">
      <h2 id="map">{texts.stands.mapTitle}</h2>
      {shown === null ? (
        <EmptyState text={texts.stands.noMap}>
          <p>{person.value?.role === "OWNER" ? texts.stands.noMapNext : texts.stands.noMapAsk}</p>
        </EmptyState>
      ) : (
        <>
          <div class="search-form"><MapChoice address={address} maps={maps} stands={stands} shown={picture?.id ?? BY_COORDINATES} /></div>
          <MapPlane
            ground={picture}
            marks={picture === null ? byCoordinates : spotMarks(picture)}
            moving={picture === null ? null : moving}
            onSpot={onSpot}
            onChoose={(id) => { if (moving === null) route(standAddress(id)); }}
          />
          {picture !== null && picture.spots.length === 0 && moving === null && isMember() ? <p>{texts.stands.nonePlaced}</p> : null}
        </>
      )}
      {picture === null || moving === null ? null : (
        <Placement
          key={moving.id}
          mapId={picture.id}
          moving={moving}
          isPlaced={picture.spots.some(({ location }) => location.id === moving.id)}
          onSpot={onSpot}
          onClose={() => { setMoving(null); }}
          onChange={onChange}
        />
      )}
      <MapActs map={picture} address={address} onChange={onChange} />
    </section>
  );
}
