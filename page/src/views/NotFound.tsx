// An address that leads to no view.
import { EmptyState } from "../components/EmptyState";
import { texts } from "../texts";
import { pathOf } from "../views";

export function NotFound() {
  return (
    <>
      <h1>{texts.views.notFound}</h1>
      <EmptyState text={texts.notFound.text}>
        <a class="button" href={pathOf("")}>
          {texts.notFound.next}
        </a>
      </EmptyState>
    </>
  );
}
