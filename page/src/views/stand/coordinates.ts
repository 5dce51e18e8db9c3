// Coordinates as people write them, in degrees.
import type { CoordinatesInput } from "../../api/schema.generated";

/** Return the number that a text means, with a point or a comma; null when it is none. */
function degrees(text: string, most: number): number | null {
  const written = text.trim().replace(",", ".").replace("−", "-");
  const number = written === "" ? Number.NaN : Number(written);
  return Math.abs(number) <= most ? number : null;
}

/** Return the coordinates that two texts mean: null for two empty ones, undefined where they mean none. */
export function coordinatesOf(latitude: string, longitude: string): CoordinatesInput | null | undefined {
  if (latitude.trim() === "" && longitude.trim() === "") return null;
  const north = degrees(latitude, 90);
  const east = degrees(longitude, 180);
  return north === null || east === null ? undefined : { latitude: north, longitude: east };
}
