// Starts GraphiQL on this server's own API: queries by POST, subscriptions over graphql-transport-ws.
"use strict";

const EXAMPLES = [
  `# The latest photos, with what is on them. Press the play button, or Ctrl-Enter.
query LatestPhotos {
  images(first: 10, where: { state: COMPLETED }) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      id
      fileName
      takenAt
      timeSource
      location { name }
      detections { shown { label species { commonName } sex lifeStage } predicted { confidence } box { x y width height } }
      urls { thumb }
    }
  }
}
`,
  `# Bucks that the model is sure about, wherever they stood.
query Bucks {
  detections(where: { sex: MALE, minConfidence: 0.8 }, orderBy: { field: CONFIDENCE }, first: 20) {
    totalCount
    nodes { shown { label } predicted { confidence } image { takenAt location { name } urls { view } } }
  }
}
`,
  `# What each delivered card came to.
query Receipts {
  dumps(first: 5) {
    nodes {
      folder
      number
      location { name }
      settledAt
      receipt { found waiting stored duplicate rejected rejections { reason fileCount } }
      imageCounts { total pending processing completed failed }
      files(where: { state: REJECTED }, first: 20) { nodes { path reason message whatToDo } }
    }
  }
}
`,
  `# The deer that have a name.
query Herd {
  allDeer(orderBy: { field: LAST_SEEN }) {
    totalCount
    nodes {
      name
      sex
      firstSeen
      lastSeen
      locations { name }
      sightings(first: 3) { totalCount nodes { image { takenAt } } }
      bestPhoto { predicted { confidence } image { urls { view } } }
    }
  }
}
`,
  `# A place for cameras to hang.
mutation NewLocation {
  createLocation(input: { name: "Creek Bed", coordinates: { latitude: 30.2672, longitude: -97.7431 } }) {
    location { id name }
    errors { code message path }
  }
}
`,
  `# Runs until you stop it: detections as they are made.
subscription Live {
  detectionAdded {
    seq
    snapshot
    detections { shown { label } predicted { confidence } image { fileName location { name } } }
  }
}
`,
];

// The page lies beside the API, at whatever path a proxy has both.
const api = new URL("graphql", location.href);
const socket = new URL(api);
socket.protocol = api.protocol === "https:" ? "wss:" : "ws:";
const fetcher = GraphiQL.createFetcher({
  url: api.href,
  wsClient: graphqlWs.createClient({ url: socket.href, lazy: true }),
});

/** Who has signed in, with the way to the page that signs out; without anybody, what signs in. */
function Person() {
  const [name, setName] = React.useState();
  React.useEffect(() => {
    fetch("session").then((answer) => answer.json()).then((person) => setName(person.name), () => {});
  }, []);
  if (name === undefined) return null;
  const words = name === null ? "Sign in" : name;
  const title = name === null ? "Nobody has signed in" : `Signed in as ${name}; signs out`;
  return React.createElement("a", { href: "sign-in", title }, words);
}

/** What the address brings along, to be read before it is run; else the tabs of before, or the examples. */
function brought() {
  const asked = new URLSearchParams(location.search);
  const query = asked.get("query");
  return query === null ? {} : { query, variables: asked.get("variables") ?? "" };
}

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(
    GraphiQL,
    {
      fetcher,
      defaultTabs: EXAMPLES.map((query) => ({ query })),
      defaultEditorToolsVisibility: "variables",
      shouldPersistHeaders: false,
      ...brought(),
    },
    React.createElement(GraphiQL.Logo, null, React.createElement(Person)),
  ),
);
