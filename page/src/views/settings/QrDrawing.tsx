// A QR code as the API draws it: dark on bright in both schemes, or phones do not read it.
import { texts } from "../../texts";
import type { SettingsLinkFragment } from "./settings.generated";

export function QrDrawing({ code }: { readonly code: NonNullable<SettingsLinkFragment["qrCode"]> }) {
  return (
    <svg class="qr" viewBox={`0 0 ${code.size} ${code.size}`} role="img" aria-label={texts.settings.qrCode} shape-rendering="crispEdges">
      <rect width={code.size} height={code.size} fill="#fff" />
      <path d={code.path} fill="#000" />
    </svg>
  );
}
