// The map itself. Leaflet is loaded when there is something to draw.
import { useEffect, useRef, useState } from "preact/hooks";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Progress } from "../../components/Progress";
import { texts } from "../../texts";
import type { Mark, StandMap } from "./map";
import { type Ground, type Spot, spotAt } from "./spot";

export interface Moving {
  readonly id: string;
  readonly name: string;
  readonly spot: Spot;
}

interface Props {
  /** A picture of the property; null draws a plane of coordinates. */
  readonly ground: Ground | null;
  readonly marks: readonly Mark[];
  /** The stand that is being placed. */
  readonly moving: Moving | null;
  readonly onSpot: (spot: Spot) => void;
  readonly onChoose: (id: string) => void;
}

/** Return the map once Leaflet is there, and whether it could not be loaded. */
function useMap(place: { readonly current: HTMLElement | null }, ground: Ground | null, marks: readonly Mark[]) {
  const [map, setMap] = useState<StandMap | null>(null);
  const [failed, setFailed] = useState(false);
  const key = ground?.url ?? "";
  useEffect(() => {
    let made: StandMap | null = null;
    let isGone = false;
    import("./map").then(
      ({ StandMap: Drawn }) => {
        if (isGone || place.current === null) return;
        made = ground === null ? Drawn.ofCoordinates(place.current, marks) : Drawn.ofPicture(place.current, ground);
        setMap(made);
      },
      () => { setFailed(true); },
    );
    return () => {
      isGone = true;
      made?.remove();
      setMap(null);
    };
    // The key stands for the picture, which is a new object each time.
  }, [key]);
  return { map, failed };
}

export function MapPlane({ ground, marks, moving, onSpot, onChoose }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const { map, failed } = useMap(place, ground, marks);
  const told = useRef({ onSpot, onChoose });
  told.current = { onSpot, onChoose };
  const shown = marks.filter(({ id }) => id !== moving?.id);
  useEffect(() => {
    map?.show(shown, (id) => { told.current.onChoose(id); });
  }, [map, JSON.stringify(shown)]);
  useEffect(() => {
    if (map === null || ground === null || moving === null) return undefined;
    return map.onTap((at) => { told.current.onSpot(spotAt(at, ground)); });
  }, [map, moving === null]);
  useEffect(() => {
    if (ground !== null && moving !== null) map?.move(moving.name, moving.spot, ground, (spot) => { told.current.onSpot(spot); });
    return undefined;
  }, [map, moving?.name, moving?.spot.x, moving?.spot.y]);
  useEffect(() => () => { map?.stay(); }, [map, moving?.id]);
  const { notLoaded, notLoadedWhatToDo } = texts.problems;
  return (
    <>
      <ErrorNotice problems={failed ? [{ code: "NOT_LOADED", message: notLoaded, whatToDo: notLoadedWhatToDo, path: [] }] : []} />
      {map === null && !failed ? <Progress words={texts.loading(texts.stands.map)} /> : null}
      {/* The inner one is Leaflet's, which adds classes of its own. */}
      <div class={moving === null ? "" : "placing"}>
        <div ref={place} class="map" role="group" aria-label={texts.stands.mapLabel} />
      </div>
    </>
  );
}
