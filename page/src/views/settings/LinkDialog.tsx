// A sign-in link that was just made: shown once, as an address and as a QR code, until somebody uses it.
import { useEffect } from "preact/hooks";
import { useQuery } from "../../api/hooks";
import { Dialog } from "../../components/Dialog";
import { formatInstant } from "../../format/date";
import { texts } from "../../texts";
import { QrDrawing } from "./QrDrawing";
import { Secret } from "./Secret";
import { OpenLinksDocument, type SettingsLinkFragment } from "./settings.generated";

const LOOK_EACH_MS = 4_000;
const NOTHING = {};

/** Look whether the link still waits to be used, as long as it is shown. */
function useIsOpen(link: SettingsLinkFragment): boolean {
  const { data, loading, reload } = useQuery(OpenLinksDocument, NOTHING);
  useEffect(() => {
    if (loading) return undefined;
    const next = setTimeout(reload, LOOK_EACH_MS);
    return () => { clearTimeout(next); };
  }, [loading, reload]);
  return data?.signInLinks?.some((each) => each.person?.id === link.person?.id && each.expiresAt === link.expiresAt) ?? true;
}

export function LinkDialog({ link, onClose }: { readonly link: SettingsLinkFragment; readonly onClose: () => void }) {
  const isOpen = useIsOpen(link);
  const name = link.person?.name ?? "";
  return (
    <Dialog title={texts.settings.linkFor(name)} onClose={onClose}>
      {isOpen && link.url !== null ? (
        <>
          <p>{texts.settings.linkOnce(name, formatInstant(link.expiresAt))}</p>
          {link.qrCode === null ? null : <QrDrawing code={link.qrCode} />}
          <Secret label={texts.settings.linkAddress} value={link.url} />
        </>
      ) : (
        <p role="status">{texts.settings.linkGone(name)}</p>
      )}
    </Dialog>
  );
}
