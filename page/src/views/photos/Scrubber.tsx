// The way through the days, always beside the wall: a bar a day, months by name, and where one is. It is drawn, tapped and
// moved by keys as any slider; its value is the day, counted from the newest.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatCount } from "../../format/count";
import { formatMonth } from "../../format/date";
import { texts } from "../../texts";
import { nameOfDay } from "./day_name";
import type { WallDay } from "./days";
import type { ElementRef } from "./element_ref";
import { barsOf, type MonthMark, monthMarks, otherMonth, photoAt, spread, stepOf } from "./timeline";

/** Between the names of two months, in pixels. */
const LEAST_PX = 36;

interface Props {
  readonly days: readonly WallDay[];
  /** Return the photo at the top of the window, counted from the newest. */
  readonly photoNow: () => number;
  readonly onGo: (photo: number) => void;
}

/** Follow how high an element is, in pixels. */
function useHeight(element: ElementRef): number {
  const [height_px, setHeight] = useState(0);
  useLayoutEffect(() => {
    const watcher = new ResizeObserver(() => { setHeight(element.current?.clientHeight ?? 0); });
    if (element.current !== null) watcher.observe(element.current);
    return () => { watcher.disconnect(); };
  }, [element]);
  return height_px;
}

/** Follow the scrolling, once a frame. */
function useStep(days: readonly WallDay[], photoNow: () => number): number {
  const [step, setStep] = useState(0);
  const now = useRef(photoNow);
  now.current = photoNow;
  useEffect(() => {
    let frame = 0;
    const look = (): void => {
      frame = 0;
      setStep(stepOf(days, now.current()));
    };
    const onScroll = (): void => {
      if (frame === 0) frame = requestAnimationFrame(look);
    };
    addEventListener("scroll", onScroll, { passive: true });
    look();
    return () => {
      removeEventListener("scroll", onScroll);
      cancelAnimationFrame(frame);
    };
  }, [days]);
  return step;
}

/** Return the step to which a key leads; undefined for keys of others. */
function stepByKey(key: string, step: number, days: readonly WallDay[], marks: readonly MonthMark[]): number | undefined {
  const here = Math.floor(step);
  const last = days.length - 1;
  switch (key) {
    case "ArrowDown": case "ArrowRight": return Math.min(here + 1, last);
    case "ArrowUp": case "ArrowLeft": return Math.max(here - 1, 0);
    case "PageDown": return otherMonth(marks, step, 1);
    case "PageUp": return otherMonth(marks, step, -1);
    case "Home": return 0;
    case "End": return last;
    default: return undefined;
  }
}

function Months({ marks, steps }: { readonly marks: readonly MonthMark[]; readonly steps: number }) {
  return (
    <>
      {marks.map(({ month, index, count }) => (
        <span key={month} class="month" style={{ top: `${(index / steps) * 100}%` }}>
          {month === null ? texts.photos.undatedShort : formatMonth(month)} <span class="quiet">{formatCount(count)}</span>
        </span>
      ))}
    </>
  );
}

export function Scrubber({ days, photoNow, onGo }: Props) {
  const track = useRef<HTMLDivElement>(null);
  const height_px = useHeight(track);
  const step = useStep(days, photoNow);
  const marks = useMemo(() => monthMarks(days), [days]);
  const bars = useMemo(() => <path d={barsOf(days)} />, [days]);
  const named = useMemo(() => spread(marks, (LEAST_PX / Math.max(height_px, 1)) * days.length), [marks, height_px, days]);
  const day = days[Math.min(Math.floor(step), days.length - 1)];
  const words = day === undefined ? "" : texts.photos.dayAndCount(nameOfDay(day), day.count);
  const go = (event: PointerEvent): void => {
    const box = track.current?.getBoundingClientRect();
    if (box !== undefined) onGo(photoAt(days, ((event.clientY - box.top) / box.height) * days.length));
  };
  return (
    <div
      ref={track}
      class="scrubber"
      role="slider"
      tabIndex={0}
      aria-label={texts.photos.scrubber}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={Math.max(0, days.length - 1)}
      aria-valuenow={Math.floor(step)}
      aria-valuetext={words}
      onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); go(event); }}
      onPointerMove={(event) => { if (event.currentTarget.hasPointerCapture(event.pointerId)) go(event); }}
      onKeyDown={(event) => {
        const next = stepByKey(event.key, step, days, marks);
        if (next === undefined) return;
        event.preventDefault();
        onGo(photoAt(days, next));
      }}
    >
      <svg viewBox={`0 0 1 ${Math.max(days.length, 1)}`} preserveAspectRatio="none" aria-hidden="true">{bars}</svg>
      <Months marks={named} steps={days.length} />
      <span class="here" style={{ top: `${(step / Math.max(days.length, 1)) * 100}%` }}>
        <span class="words">{words}</span>
      </span>
    </div>
  );
}
