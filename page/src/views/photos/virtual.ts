// The virtual list of @tanstack/virtual-core as a hook: it says which pieces are near the window, which scrolls as a whole.
import { observeWindowOffset, observeWindowRect, Virtualizer, windowScroll } from "@tanstack/virtual-core";
import { useEffect, useLayoutEffect, useReducer, useState } from "preact/hooks";
import type { ElementRef } from "./element_ref";

export type WindowList = Virtualizer<Window, HTMLElement>;

interface Options {
  readonly count: number;
  /** Height of an item before it was drawn, in pixels. */
  readonly estimate_px: (index: number) => number;
  readonly keyOf: (index: number) => string;
}

/** Return how far below the top of the document the list begins, whatever opens and closes above it, in pixels. */
function useTop(list: ElementRef): number {
  const [top_px, setTop] = useState(0);
  useLayoutEffect(() => {
    const look = (): void => {
      if (list.current !== null) setTop(Math.round(list.current.getBoundingClientRect().top + scrollY));
    };
    const watcher = new ResizeObserver(look);
    watcher.observe(document.body);
    look();
    return () => { watcher.disconnect(); };
  }, [list]);
  return top_px;
}

/** Lay out a list of the window; the component is drawn anew when what is near the window changes. */
export function useWindowList(list: ElementRef, { count, estimate_px, keyOf }: Options): WindowList {
  const [, redraw] = useReducer<number, null>((times) => times + 1, 0);
  const options = {
    count,
    estimateSize: estimate_px,
    getItemKey: keyOf,
    scrollMargin: useTop(list),
    overscan: 1,
    getScrollElement: () => window,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    onChange: () => { redraw(null); },
  };
  const [virtual] = useState(() => new Virtualizer<Window, HTMLElement>(options));
  virtual.setOptions(options);
  // What lies above the window may get its height without what is read moving away.
  virtual.shouldAdjustScrollPositionOnItemSizeChange = (item, _change, { scrollOffset }) => item.end <= (scrollOffset ?? 0);
  useEffect(() => virtual._didMount(), [virtual]);
  useLayoutEffect(() => { virtual._willUpdate(); });
  return virtual;
}
