// Where a deer was photographed, in which months, and at which hours of the day; each count leads to its photos.
import type { ComponentChildren } from "preact";
import { type Bar, Bars } from "../../components/Bars";
import type { ImageFilter } from "../../api/schema.generated";
import { formatHour, formatMonth } from "../../format/date";
import { texts } from "../../texts";
import { photosAddress } from "../photos/filter";
import type { OneDeerQuery } from "./deer.generated";
import { hourFilter, monthFilter } from "./periods";

interface Group {
  readonly imageCount: number;
}

function barsOf<Found extends Group>(deerId: string, groups: readonly Found[], told: (group: Found) => readonly [string, ImageFilter]): Bar[] {
  return groups.map((group) => {
    const [label, filter] = told(group);
    return { key: label, label, count: group.imageCount, address: photosAddress({ ...filter, deerId }) };
  });
}

function Panel({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class="panel" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export function WhenAndWhere({ deerId, data: { byStand, byMonth, byHour } }: { readonly deerId: string; readonly data: OneDeerQuery }) {
  const stands = barsOf(deerId, byStand?.groups ?? [], ({ location }) =>
    location === null ? [texts.deer.noPlace, { withoutLocation: true }] : [location.name, { locationId: location.id }]);
  const months = barsOf(deerId, byMonth?.groups ?? [], ({ date }) =>
    date === null ? [texts.time.unknown, { withoutTakenAt: true }] : [formatMonth(date), monthFilter(date)]);
  const hours = barsOf(deerId, byHour?.groups ?? [], ({ hour }) =>
    hour === null ? [texts.time.unknown, { withoutTakenAt: true }] : [formatHour(hour), hourFilter(hour)]);
  return (
    <div class="when-and-where">
      <Panel title={texts.deer.byStand}><Bars bars={stands.toSorted((one, other) => other.count - one.count)} /></Panel>
      <Panel title={texts.deer.byMonth}><Bars bars={months} /></Panel>
      <Panel title={texts.deer.byHour}><Bars bars={hours} /></Panel>
    </div>
  );
}
