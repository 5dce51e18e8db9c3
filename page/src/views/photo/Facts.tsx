// Everything that is known of a photo but its boxes and marks.
import type { ComponentChildren } from "preact";
import { Time } from "../../components/Time";
import { cardName } from "../../format/card";
import { formatBytes, formatCount } from "../../format/count";
import { formatInstant, formatWallClock } from "../../format/date";
import { isMember } from "../../session";
import { texts } from "../../texts";
import { pathOf } from "../../views";
import { photosAddress } from "../photos/filter";
import { nameOfCamera } from "../photos/form";
import type { OnePhotoFragment } from "./photo.generated";

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  if (children == null || children === "") return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

const joined = (words: readonly (string | null | undefined | false)[]): string =>
  words.filter((each) => typeof each === "string" && each !== "").join(" · ");

function weatherOf({ temperatureCelsius, moonPhase }: OnePhotoFragment): string {
  return joined([temperatureCelsius !== null && texts.photo.temperature(temperatureCelsius), moonPhase !== null && texts.photo.moons[moonPhase]]);
}

function batteryOf({ batteryPercent, batteryVolts }: OnePhotoFragment): string {
  return joined([batteryPercent !== null && `${batteryPercent} %`, batteryVolts !== null && `${batteryVolts} V`]);
}

function exifOf({ exif }: OnePhotoFragment): string {
  if (exif === null) return "";
  const { iso, exposureSeconds, fNumber, flashFired, comment, software } = exif;
  return joined([
    iso !== null && `ISO ${iso}`,
    exposureSeconds !== null && texts.photo.exposure(exposureSeconds),
    fNumber !== null && `f/${fNumber}`,
    flashFired === true && texts.photo.flash,
    comment,
    software,
  ]);
}

function trouble({ state, damaged, error, waitingFor }: OnePhotoFragment): string {
  return joined([damaged && texts.photo.damaged, state === "FAILED" && texts.photo.failed, error?.message, error?.whatToDo, waitingFor?.message]);
}

export function Facts({ photo }: { readonly photo: OnePhotoFragment }) {
  const { takenAt, cameraClock, timeSource, clockDoubt, location, camera, dump, burst, id, sequence } = photo;
  return (
    <section class="panel" aria-labelledby="facts">
      <h2 id="facts">{texts.photo.facts}</h2>
      {trouble(photo) === "" ? null : <p class="warning">{trouble(photo)}</p>}
      <dl>
        <Fact name={texts.photo.taken}><Time instant={takenAt} local={cameraClock} zone={location?.effectiveTimeZone} source={timeSource} /></Fact>
        <Fact name={texts.photo.cameraClock}>{joined([cameraClock !== null && formatWallClock(cameraClock), clockDoubt !== null && texts.photos.clockDoubts[clockDoubt]])}</Fact>
        <Fact name={texts.photo.stand}>{location === null ? texts.photos.noStand : <a class="touch" href={photosAddress({ locationId: location.id })}>{location.name}</a>}</Fact>
        <Fact name={texts.photo.camera}>{camera === null ? null : <a class="touch" href={photosAddress({ cameraId: camera.id })}>{nameOfCamera(camera)}</a>}</Fact>
        <Fact name={texts.photo.burst}>{burst === null || burst.imageCount < 2 ? null : <a class="touch" href={photosAddress({ burstImageId: id })}>{texts.photos.openBurst(burst.imageCount)}</a>}</Fact>
        <Fact name={texts.photo.sequence}>{sequence === null ? null : texts.photo.ofBurst(sequence.number, sequence.length)}</Fact>
        <Fact name={texts.photo.weather}>{weatherOf(photo)}</Fact>
        <Fact name={texts.photo.battery}>{batteryOf(photo)}</Fact>
        <Fact name={texts.photo.exif}>{exifOf(photo)}</Fact>
        <Fact name={texts.photo.file}>{joined([photo.fileName, `${formatCount(photo.widthPx)} × ${formatCount(photo.heightPx)}`, formatBytes(photo.sizeBytes)])}</Fact>
        <Fact name={texts.photo.card}>{dump === null || !isMember() ? null : <a class="touch" href={pathOf(`cards/${encodeURIComponent(dump.id)}`)}>{cardName(dump)}</a>}</Fact>
        <Fact name={texts.photo.arrived}>{formatInstant(photo.arrivedAt)}</Fact>
      </dl>
    </section>
  );
}
