// What is known of a stand: where it is, in which zone its clocks are read, and who sees it.
import { useChange } from "../../api/change";
import { ErrorNotice } from "../../components/ErrorNotice";
import { isMember } from "../../session";
import { texts } from "../../texts";
import { herdAddress } from "../herd/herd_address";
import { standsAddress } from "../stands/stand_address";
import { type OneStandQuery, UpdateStandDocument } from "./stand.generated";

type OneStand = NonNullable<OneStandQuery["location"]>;

interface Props {
  readonly stand: OneStand;
  readonly onChange: () => void;
}

/** Why the coordinates may be wrong, and those that were probably meant. */
function Doubt({ stand: { id, coordinates, coordinateDoubt }, onChange }: Props) {
  const update = useChange(UpdateStandDocument);
  if (coordinateDoubt == null) return null;
  const { sentence, advice, likelyLongitude } = coordinateDoubt;
  const latitude = coordinates?.latitude;
  return (
    <div class="warning">
      <p>{sentence}</p>
      <p>{advice}</p>
      <ErrorNotice problems={update.problems} />
      {likelyLongitude === null || latitude == null ? null : (
        <button
          type="button"
          disabled={update.busy}
          onClick={() => {
            void update.run({ locationId: id, coordinates: { latitude, longitude: likelyLongitude } }).then((done) => { if (done !== undefined) onChange(); });
          }}
        >
          {texts.stands.takeLongitude(likelyLongitude)}
        </button>
      )}
    </div>
  );
}

function Where({ stand: { coordinates } }: { readonly stand: OneStand }) {
  if (coordinates?.latitude == null || coordinates.longitude == null) return <p class="quiet">{isMember() ? texts.stands.noCoordinates : ""}</p>;
  const { latitude, longitude, roundedToDegrees } = coordinates;
  return (
    <p>
      {texts.stands.coordinates(latitude, longitude)}
      {roundedToDegrees === null ? null : <span class="quiet"> · {texts.stands.rounded(roundedToDegrees)}</span>}
    </p>
  );
}

export function Known({ stand, onChange }: Props) {
  const { id, active, shared, description, otherNames, effectiveTimeZone, timeZoneSource, mapSpots } = stand;
  return (
    <>
      <p>{[active ? texts.stands.inUse : texts.stands.notInUse, shared ? texts.stands.shared : texts.stands.notShared].join(" · ")}</p>
      {description == null || description === "" ? null : <p class="stand-description">{description}</p>}
      {otherNames == null || otherNames.length === 0 ? null : <p>{texts.stands.otherNames(otherNames)}</p>}
      <p>
        {texts.stands.zone(effectiveTimeZone)} <span class="quiet">· {texts.stands.zoneSources[timeZoneSource]}</span>
      </p>
      <Where stand={stand} />
      <Doubt stand={stand} onChange={onChange} />
      {mapSpots == null ? null : mapSpots.map(({ propertyMap }) => (
        <p key={propertyMap.id}><a class="touch" href={standsAddress({ map: propertyMap.id })}>{texts.stands.onMap(propertyMap.name)}</a></p>
      ))}
      <p><a class="touch" href={herdAddress({ locationId: id })}>{texts.stands.deerHere}</a></p>
    </>
  );
}
