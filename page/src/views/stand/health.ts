// What a camera's last photo tells of it, in words: battery, temperature and clock, as far as they are known.
import { formatDuration } from "../../format/date";
import { LOCALE } from "../../format/count";
import { texts } from "../../texts";

export interface Health {
  readonly temperatureCelsius: number | null;
  readonly batteryPercent: number | null;
  readonly batteryVolts: number | null;
  readonly clockOffsetSeconds: number;
  readonly clockSuspect: boolean;
}

const volts = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });
const degrees = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });

/** Return a temperature in both units, as cameras print either. */
export const formatTemperature = (celsius: number): string =>
  `${degrees.format(celsius)} °C (${degrees.format((celsius * 9) / 5 + 32)} °F)`;

function battery({ batteryPercent, batteryVolts }: Health): string | null {
  const known = [
    batteryPercent === null ? "" : `${degrees.format(batteryPercent)} %`,
    batteryVolts === null ? "" : `${volts.format(batteryVolts)} V`,
  ].filter((each) => each !== "");
  return known.length === 0 ? null : texts.stands.battery(known.join(", "));
}

function clock({ clockOffsetSeconds, clockSuspect }: Health): string | null {
  if (clockSuspect) return texts.stands.clockDoubted;
  if (clockOffsetSeconds === 0) return null;
  const offset = formatDuration(Math.abs(clockOffsetSeconds));
  return clockOffsetSeconds > 0 ? texts.stands.clockWasSlow(offset) : texts.stands.clockWasFast(offset);
}

/** Return what is known, nothing for what is not. */
export function healthWords(health: Health): string[] {
  const { temperatureCelsius } = health;
  return [battery(health), temperatureCelsius === null ? null : formatTemperature(temperatureCelsius), clock(health)].filter((each) => each !== null);
}

interface Named {
  readonly make: string;
  readonly model: string;
  readonly name: string | null;
}

/** Return what a camera is called: maker, model and the name that its user gave it. */
export function cameraName({ make, model, name }: Named): string {
  const words = [make, model, name ?? ""].filter((each) => each !== "");
  return words.length === 0 ? texts.stands.unknownCamera : words.join(" ");
}
