// An element that a component draws, null before it is there.
export interface ElementRef {
  readonly current: HTMLElement | null;
}
