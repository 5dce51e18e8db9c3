// The views: at which address each is, what it is called, and where its code lies, which is loaded when it is opened.
// A new one is a line here; its address is one of `VIEWS` in thumper/web/view_addresses.py, by which the server knows it.
import type { ComponentType } from "preact";
import { BASE } from "./base";
import { texts } from "./texts";

export interface View {
  /** Below the base path, in preact-iso's words: `photos/:id`. */
  readonly path: string;
  readonly title: string;
  /** Whom the navigation leads there; a view of one photo or card is reached from elsewhere. */
  readonly inNavigation: "everybody" | "members" | "nobody";
  readonly load: () => Promise<{ default: ComponentType }>;
}

export const VIEWS: readonly View[] = [
  { path: "", title: texts.views.today, inNavigation: "everybody", load: () => import("./views/today/Today") },
  { path: "photos", title: texts.views.photos, inNavigation: "everybody", load: () => import("./views/photos/Photos") },
  { path: "photos/:id", title: texts.views.photo, inNavigation: "nobody", load: () => import("./views/photo/Photo") },
  { path: "cards", title: texts.views.cards, inNavigation: "members", load: () => import("./views/cards/Cards") },
  { path: "cards/:id", title: texts.views.card, inNavigation: "nobody", load: () => import("./views/card/Card") },
  { path: "review", title: texts.views.review, inNavigation: "members", load: () => import("./views/review/Review") },
  { path: "deer", title: texts.views.deer, inNavigation: "everybody", load: () => import("./views/herd/Herd") },
  { path: "deer/:id", title: texts.views.deer, inNavigation: "nobody", load: () => import("./views/deer/Deer") },
  { path: "stands", title: texts.views.stands, inNavigation: "everybody", load: () => import("./views/stands/Stands") },
  { path: "stands/:id", title: texts.views.stands, inNavigation: "nobody", load: () => import("./views/stand/Stand") },
  { path: "settings", title: texts.views.settings, inNavigation: "everybody", load: () => import("./views/settings/Settings") },
];

/** Return the whole path of a view, for a link to it. */
export function pathOf(view: string): string {
  return BASE + view;
}
