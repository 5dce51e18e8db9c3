// The map of a view: a picture of the property, or a plane of coordinates. Leaflet draws it, with marks of the page's own.
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import { type Ground, movedBy, placeOf, type Spot, spotAt } from "./spot";

export interface Mark {
  readonly id: string;
  readonly name: string;
  /** In the map's own coordinates: those of a picture are pixels from its lower left corner. */
  readonly at: readonly [number, number];
}

const MARK_PX = 44;

function iconOf(name: string, isMoving: boolean): L.DivIcon {
  const drawn = document.createElement("span");
  const label = document.createElement("span");
  const mark = document.createElement("span");
  drawn.className = isMoving ? "drawn moving" : "drawn";
  label.className = "mark-name";
  label.textContent = name; // a name is text, whatever is in it
  mark.className = "mark";
  drawn.append(label, mark);
  return L.divIcon({ html: drawn, className: "mark-target", iconSize: [MARK_PX, MARK_PX], iconAnchor: [MARK_PX / 2, MARK_PX] });
}

/** A map on which stands are shown, and one of them may be moved. */
export class StandMap {
  private readonly map: L.Map;
  private readonly marks = L.layerGroup();
  private moving: L.Marker | null = null;

  private constructor(place: HTMLElement, options: L.MapOptions) {
    this.map = L.map(place, { attributionControl: false, zoomSnap: 0.25, fadeAnimation: false, ...options });
    this.marks.addTo(this.map);
  }

  /** Draw a picture of the property, the whole of it. */
  static ofPicture(place: HTMLElement, ground: Ground): StandMap {
    const bounds = L.latLngBounds([0, 0], [ground.heightPx, ground.widthPx]);
    const made = new StandMap(place, { crs: L.CRS.Simple, minZoom: -6, maxZoom: 3, maxBounds: bounds.pad(0.5) });
    L.imageOverlay(ground.url, bounds, { alt: "" }).addTo(made.map);
    made.map.fitBounds(bounds);
    return made;
  }

  /** Draw a plane with a scale, north above; nothing is fetched for it. */
  static ofCoordinates(place: HTMLElement, marks: readonly Mark[]): StandMap {
    const made = new StandMap(place, { maxZoom: 18, zoomSnap: 0.25 });
    L.control.scale().addTo(made.map);
    made.map.fitBounds(L.latLngBounds(marks.map(({ at: [lat, lng] }) => L.latLng(lat, lng))), { padding: [60, 60], maxZoom: 16 });
    return made;
  }

  /** Show these stands; `choose` is told which one is tapped, or entered by the keyboard. */
  show(marks: readonly Mark[], choose: (id: string) => void): void {
    this.marks.clearLayers();
    for (const { id, name, at: [lat, lng] } of marks) {
      const marker = L.marker([lat, lng], { icon: iconOf(name, false), title: name, riseOnHover: true });
      marker.on("click", () => { choose(id); }).addTo(this.marks);
      marker.getElement()?.addEventListener("keydown", ({ key }) => { if (key === "Enter") choose(id); });
    }
  }

  /** Call back with the place of each tap on the map. */
  onTap(tell: (at: L.LatLng) => void): () => void {
    const told = ({ latlng }: L.LeafletMouseEvent): void => { tell(latlng); };
    this.map.on("click", told);
    return () => { this.map.off("click", told); };
  }

  /** Show a stand that may be moved on a picture: dragged, or by arrow keys when it has the focus. */
  move(name: string, spot: Spot, ground: Ground, tell: (spot: Spot) => void): void {
    if (this.moving !== null) {
      this.moving.setLatLng(placeOf(spot, ground));
      return;
    }
    const marker = L.marker(placeOf(spot, ground), { icon: iconOf(name, true), title: name, draggable: true, autoPan: true, zIndexOffset: 1000 });
    marker.on("drag", () => { tell(spotAt(marker.getLatLng(), ground)); });
    marker.addTo(this.map);
    marker.getElement()?.addEventListener("keydown", (event) => {
      const moved = movedBy(event.key, event.shiftKey, spotAt(marker.getLatLng(), ground));
      if (moved === null) return;
      event.preventDefault();
      event.stopPropagation(); // else the map moves, too
      tell(moved);
    });
    this.moving = marker;
  }

  /** Show no stand any more that may be moved. */
  stay(): void {
    this.moving?.remove();
    this.moving = null;
  }

  remove(): void {
    this.map.remove();
  }
}
