/** A wait in words. */
import { t } from "$i18n/index";

/** `2 min 10`, or `45 s` below a minute. */
export function delayWords(seconds: number): string {
  if (seconds < 60) return t("form.delay_seconds", { seconds });
  const rest = String(seconds % 60).padStart(2, "0");
  return t("form.delay_minutes", { minutes: Math.floor(seconds / 60), seconds: rest });
}
