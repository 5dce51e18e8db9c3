// Where a stand is on a picture: fractions of width and height, said in per cent, and moved by arrow keys.

/** From the left and from the top edge, each 0 to 1. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** A picture of the property. */
export interface Ground {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly url: string;
}

export const MIDDLE: Spot = { x: 0.5, y: 0.5 };

const STEP = 0.01;
const FINE_STEP = 0.001;

const within = (fraction: number): number => Math.min(1, Math.max(0, fraction));

/** Return a spot that lies on the picture, to a thousandth of its sides: half a metre on a property of 500 m. */
export const onPicture = ({ x, y }: Spot): Spot => ({ x: rounded(within(x)), y: rounded(within(y)) });

const rounded = (fraction: number): number => Math.round(fraction * 1000) / 1000;

const WAYS: Readonly<Record<string, Spot>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Return where a key moves a spot: a hundredth of the picture, with Shift a thousandth; null for other keys. */
export function movedBy(key: string, isFine: boolean, { x, y }: Spot): Spot | null {
  const way = WAYS[key];
  if (way === undefined) return null;
  const step = isFine ? FINE_STEP : STEP;
  return onPicture({ x: x + way.x * step, y: y + way.y * step });
}

/** Return a fraction in per cent, with one digit behind the point. */
export const percentOf = (fraction: number): string => String(Math.round(fraction * 1000) / 10);

/** Return the fraction that a text in per cent means; null where it means none from 0 to 100. */
export function fractionOf(text: string): number | null {
  const percent = text.trim() === "" ? Number.NaN : Number(text);
  return percent >= 0 && percent <= 100 ? percent / 100 : null;
}

/** Return where a spot is on a picture in pixels from its lower left corner, upwards first as Leaflet has it. */
export const placeOf = ({ x, y }: Spot, { widthPx, heightPx }: Ground): [number, number] => [(1 - y) * heightPx, x * widthPx];

/** Return the spot at a place of a picture. */
export const spotAt = ({ lat, lng }: { readonly lat: number; readonly lng: number }, { widthPx, heightPx }: Ground): Spot =>
  onPicture({ x: lng / widthPx, y: 1 - lat / heightPx });
