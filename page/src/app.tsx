// Which view is shown: that of the address, or signing in where nobody has.
import { ErrorBoundary, lazy, LocationProvider, Route, Router, useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { BASE } from "./base";
import { AppShell } from "./components/AppShell";
import { ErrorNotice } from "./components/ErrorNotice";
import { Progress } from "./components/Progress";
import { person } from "./session";
import { texts } from "./texts";
import { NotFound } from "./views/NotFound";
import { SignIn } from "./views/sign_in/SignIn";
import { pathOf, VIEWS } from "./views";

const routes = VIEWS.map((view) => ({ ...view, component: lazy(view.load) }));

const SIGN_IN = pathOf("sign-in");

/** Links to the API, pictures and other files of the server are the browser's. */
const OWN_LINKS = new RegExp(`^${BASE}(?!graphql|media/|upload/|maps/|export/|pages/|metrics|health/)`);

function Views() {
  const [loading, setLoading] = useState(false);
  return (
    <AppShell>
      {loading ? <Progress words={texts.loading(texts.name)} /> : null}
      <Router onLoadStart={() => { setLoading(true); }} onLoadEnd={() => { setLoading(false); }}>
        {routes.map(({ path, component }) => (
          <Route key={path} path={BASE + path} component={component} />
        ))}
        <Route default component={NotFound} />
      </Router>
    </AppShell>
  );
}

function Page() {
  const { path } = useLocation();
  return path === SIGN_IN || person.value === null ? <SignIn /> : <Views />;
}

function NotLoaded() {
  const { notLoaded, notLoadedWhatToDo } = texts.problems;
  const problem = { code: "NOT_LOADED", message: notLoaded, whatToDo: notLoadedWhatToDo, path: [] };
  return <ErrorNotice problems={[problem]} retry={() => { location.reload(); }} />;
}

export function App() {
  const [failed, setFailed] = useState(false);
  if (failed) return <NotLoaded />;
  return (
    <LocationProvider scope={OWN_LINKS}>
      <ErrorBoundary onError={(error: unknown) => { console.error(error); setFailed(true); }}>
        <Page />
      </ErrorBoundary>
    </LocationProvider>
  );
}
