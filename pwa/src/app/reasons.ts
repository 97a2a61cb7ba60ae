/** The codes of receipts in words (wire §4). A code this version does not know is shown as it is, for support. */
import { t } from "$i18n/index";

const KNOWN = [
  "bad-padding",
  "content-invalid",
  "date-impossible",
  "decision-invalid",
  "decryption-failed",
  "entered-in-error",
  "form-digest-mismatch",
  "id-mismatch",
  "internal-error",
  "not-an-envelope",
  "organization-mismatch",
  "payload-invalid",
  "photo-digest",
  "photo-format",
  "photo-metadata",
  "photo-size",
  "restriction-mismatch",
  "review",
  "signature-invalid",
  "signer-mismatch",
  "signer-unknown",
  "superseded",
  "team-mismatch",
  "unknown-form",
  "unknown-key",
  "unknown-stop",
] as const;

/** What the reason `code` of a receipt says. */
export function reasonWords(code: string): string {
  const known = KNOWN.find((each) => each === code);
  return known === undefined ? t("app.reason_code", { code }) : t(`app.reason_${known}`);
}
