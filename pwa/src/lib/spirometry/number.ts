/** Numbers as devices and spreadsheets write them. */
import { SpirometerFileRefused } from "./errors";

/** The number that `text` writes, with a decimal point or comma. @throws SpirometerFileRefused `number` */
export function readNumber(text: string, line: number | null = null): number {
  const plain = text.trim().replace(",", ".");
  if (!/^[+-]?(\d{1,9}(\.\d{0,12})?|\.\d{1,12})(e[+-]?\d{1,2})?$/i.test(plain)) {
    throw new SpirometerFileRefused("number", line);
  }
  return Number(plain);
}
