// What is around every view: the way to the others, who has signed in, and whether what is shown is live.
import { effect } from "@preact/signals";
import { useLocation } from "preact-iso";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { liveState } from "../api/live";
import { isMember, person } from "../session";
import { texts } from "../texts";
import { pathOf, VIEWS } from "../views";
import { toggleBoxes } from "./Picture";
import "./shell.css";

/** Return whether a key is meant for a field, so that it is no command. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey) return true;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
}

function onKey(event: KeyboardEvent): void {
  // Review has a B of its own, and says so by taking the key first.
  if (event.key.toLowerCase() === "b" && !isTyping(event) && !event.defaultPrevented) toggleBoxes();
}

function isBelow(path: string, view: string): boolean {
  return view === pathOf("") ? path === view : path === view || path.startsWith(`${view}/`);
}

function Navigation() {
  const { path } = useLocation();
  return (
    <nav aria-label={texts.name}>
      {VIEWS.filter(({ inNavigation }) => inNavigation === "everybody" || (inNavigation === "members" && isMember())).map((view) => {
        const address = pathOf(view.path);
        return (
          <a key={address} href={address} aria-current={isBelow(path, address) ? "page" : undefined}>
            {view.title}
          </a>
        );
      })}
    </nav>
  );
}

function LiveMark() {
  const state = liveState.value;
  return (
    <span class={`live ${state}`} role="status">
      {texts.live[state]}
    </span>
  );
}

function Who() {
  const name = person.value?.name;
  if (name === undefined) return null;
  return (
    <a class="who" href={pathOf("sign-in")} title={texts.signedInAs(name)}>
      {name}
    </a>
  );
}

/** Show the title of the view in the window, and begin to read at its top. */
function useTitle(main: { readonly current: HTMLElement | null }): void {
  const { path } = useLocation();
  useEffect(() => {
    const title = VIEWS.find((view) => isBelow(path, pathOf(view.path)))?.title ?? texts.views.notFound;
    document.title = `${title} · ${texts.name}`;
    main.current?.scrollTo({ top: 0 });
  }, [path, main]);
}

export function AppShell({ children }: { readonly children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  useTitle(main);
  useEffect(() => {
    addEventListener("keydown", onKey);
    return () => { removeEventListener("keydown", onKey); };
  }, []);
  useEffect(() => effect(() => { document.documentElement.dataset["live"] = liveState.value; }), []);
  return (
    <div class="shell">
      <a class="skip" href="#content" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>
        {texts.skip}
      </a>
      <header>
        <span class="name">{texts.name}</span>
        <LiveMark />
        <Who />
      </header>
      <Navigation />
      <main id="content" ref={main} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
